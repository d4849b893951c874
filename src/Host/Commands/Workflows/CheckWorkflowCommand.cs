using System.CommandLine;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Definitions;

namespace Sluice.Host.Commands.Workflows;

/// <summary><c>sluice workflow check FILE</c>: per node, whether it runs, and everything that is wrong with the workflow.</summary>
internal static class CheckWorkflowCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Workflows as n8n exports them (JSON, or the same as YAML).", Arity = ArgumentArity.OneOrMore };
        var command = new Command("check", "Say of every node of a workflow whether it runs, runs with differences, or is not supported, and why.") { files };
        command.AddExamples(
            """
            Examples:
              sluice workflow check orders.json
              sluice workflow check exports/*.json

            Exit codes:
              0  all of them can run (there may be differences and warnings)
              1  at least one cannot be read or has problems
            """);
        command.SetAction(parsed =>
        {
            var checkedFiles = parsed.GetRequiredValue(files).Select(WorkflowFile.Read).ToList();
            foreach (var file in checkedFiles) Write(file, Console.Out);
            return checkedFiles.TrueForAll(f => f.Check.Model is not null) ? ExitCode.Ok : ExitCode.ConfigurationProblems;
        });
        return command;
    }

    private static void Write(WorkflowFile file, TextWriter output)
    {
        if (file.Check.Nodes.Count > 0)
        {
            output.WriteLine($"{file.Path}: workflow \"{file.Name}\"");
            var table = new TextTable("NODE", "TYPE", "VERDICT", "WHY");
            foreach (var node in file.Check.Nodes)
            {
                var reasons = node.Reasons.Count > 0 ? node.Reasons : [""];
                table.Add(node.Name, node.Type, Say(node.Verdict), reasons[0]);
                foreach (var further in reasons.Skip(1)) table.Add("", "", "", further);
            }

            table.Write(output);
        }

        foreach (var problem in file.Check.Problems) output.WriteLine(problem);
        var errors = file.Check.Problems.Count(p => p.Severity == Severity.Error);
        var warnings = file.Check.Problems.Count - errors;
        output.WriteLine($"{Words.Count(errors, "problem")}{(warnings > 0 ? $", {Words.Count(warnings, "warning")}" : "")}");
    }

    private static string Say(NodeVerdict verdict) => verdict switch
    {
        NodeVerdict.Runs => "runs",
        NodeVerdict.RunsWithDifferences => "runs with differences",
        _ => "not supported",
    };
}
