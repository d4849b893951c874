using System.Globalization;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Definitions;

namespace Sluice.Host.Commands.Workflows;

/// <summary>What was found out about workflows, for people.</summary>
internal static class CheckText
{
    public static void Write(IReadOnlyList<WorkflowFile> workflows, TextWriter output)
    {
        foreach (var workflow in workflows) Write(workflow, output);
        if (workflows.Count > 1) WriteAll(workflows, output);
    }

    private static void Write(WorkflowFile file, TextWriter output)
    {
        if (file.Check.Nodes.Count > 0)
        {
            output.WriteLine($"{file.Path}: workflow \"{OnOneLine(file.Name)}\"");
            var table = new TextTable("NODE", "TYPE", "VERDICT", "WHY");
            foreach (var node in file.Check.Nodes)
            {
                var reasons = node.Reasons.Count > 0 ? node.Reasons : [""];
                table.Add(OnOneLine(node.Name), OnOneLine(node.Type), Say(node.Verdict), OnOneLine(reasons[0]));
                foreach (var further in reasons.Skip(1)) table.Add("", "", "", OnOneLine(further));
            }

            table.Write(output);
            WriteConnections(file, output);
        }

        // What is different about a node is said in the table.
        foreach (var problem in file.Check.Problems.Where(p => p.Severity == Severity.Error || !p.Object.Contains(", node \"", StringComparison.Ordinal))) output.WriteLine(problem);
        if (file.Check.Nodes.Count > 0) output.WriteLine(Counts(file.Check.Nodes));
        var errors = file.Check.Problems.Count(p => p.Severity == Severity.Error);
        var warnings = file.Check.Problems.Count - errors;
        output.WriteLine($"{Words.Count(errors, "problem")}{(warnings > 0 ? $", {Words.Count(warnings, "warning")}" : "")}");
    }

    private static void WriteConnections(WorkflowFile file, TextWriter output)
    {
        var needed = NeededConnection.Of(file);
        if (needed.Count == 0) return;
        var table = new TextTable("CONNECTION", "USED BY", "MAKE IT WITH");
        foreach (var connection in needed) table.Add(OnOneLine(connection.Name), OnOneLine(string.Join(", ", connection.Nodes)), OnOneLine(connection.Command));
        table.Write(output);
    }

    /// <summary>Which types keep the most workflows from running.</summary>
    private static void WriteAll(IReadOnlyList<WorkflowFile> workflows, TextWriter output)
    {
        output.WriteLine();
        var missing = TypeCount.Of(workflows).Where(t => t.NotSupported > 0).OrderByDescending(t => t.Workflows).ThenBy(t => t.Type, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            var table = new TextTable("NOT SUPPORTED", "NODES", "WORKFLOWS");
            foreach (var type in missing) table.Add(OnOneLine(type.Type), type.NotSupported.ToString(CultureInfo.InvariantCulture), type.Workflows.ToString(CultureInfo.InvariantCulture));
            table.Write(output);
        }

        var running = workflows.Count(w => w.Check.Model is not null);
        output.WriteLine($"{Words.Count(workflows.Count, "workflow")}: {running} can run, {workflows.Count - running} cannot; {Counts([.. workflows.SelectMany(w => w.Check.Nodes)])}");
    }

    private static string Counts(IReadOnlyList<NodeReport> nodes)
    {
        int Of(NodeVerdict verdict) => nodes.Count(n => n.Verdict == verdict);
        return $"{Words.Count(nodes.Count, "node")}: {Of(NodeVerdict.Runs)} run, {Of(NodeVerdict.RunsWithDifferences)} with differences, {Of(NodeVerdict.NotSupported)} not supported";
    }

    private static string Say(NodeVerdict verdict) => verdict switch
    {
        NodeVerdict.Runs => "runs",
        NodeVerdict.RunsWithDifferences => "runs with differences",
        _ => "not supported",
    };

    /// <summary>Names in published files hold line breaks.</summary>
    private static string OnOneLine(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
