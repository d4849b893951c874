using System.CommandLine;

namespace Sluice.Host.Commands.Workflows;

/// <summary><c>sluice workflow ...</c>: what can be done with workflow files without a gateway.</summary>
internal static class WorkflowCommand
{
    public static Command Create() => new("workflow", "Check and run workflow files.")
    {
        CheckWorkflowCommand.Create(),
        RunWorkflowCommand.Create(),
    };
}
