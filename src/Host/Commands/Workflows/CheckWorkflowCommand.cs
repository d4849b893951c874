using System.CommandLine;

namespace Sluice.Host.Commands.Workflows;

/// <summary><c>sluice workflow check FILE</c>: per node, whether it runs, and everything that is wrong with the workflow.</summary>
internal static class CheckWorkflowCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Workflows as n8n exports them (JSON, or the same as YAML), one or several in a file.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Print a JSON document for programs." };
        var command = new Command("check", "Say of every node of a workflow whether it runs, runs with differences, or is not supported, and why.") { files, json };
        command.AddExamples(
            """
            Examples:
              sluice workflow check orders.json
              sluice workflow check exports/*.json
              sluice workflow check exports/*.json --json | jq '.types[] | select(.notSupported > 0)'

            A file may hold one workflow, a list of them, a copy from an editor's clipboard or an answer of n8n's API.

            Exit codes:
              0  all of them can run (there may be differences and warnings)
              1  at least one cannot be read or has problems
            """);
        command.SetAction(parsed =>
        {
            var workflows = parsed.GetRequiredValue(files).SelectMany(f => WorkflowFile.Read(f)).ToList();
            if (parsed.GetValue(json)) CheckDocument.Write(workflows, Console.Out);
            else CheckText.Write(workflows, Console.Out);
            return workflows.TrueForAll(f => f.Check.Model is not null) ? ExitCode.Ok : ExitCode.ConfigurationProblems;
        });
        return command;
    }
}
