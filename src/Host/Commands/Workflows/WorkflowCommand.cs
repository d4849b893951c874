using System.CommandLine;

namespace Sluice.Host.Commands.Workflows;

/// <summary><c>sluice workflow ...</c>: what can be done with workflow files without a gateway, and with the workflows of a running one.</summary>
internal static class WorkflowCommand
{
    public static Command Create() => new("workflow", "Check and run workflow files; list and export those of a running gateway.")
    {
        CheckWorkflowCommand.Create(),
        RunWorkflowCommand.Create(),
        ServedWorkflowCommands.List(),
        ServedWorkflowCommands.Export(),
    };
}
