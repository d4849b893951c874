using Sluice.Workflows.Definitions;

namespace Sluice.Host.Commands.Workflows;

/// <summary>How often nodes of a type were met, by verdict.</summary>
/// <param name="Type">As the files say it.</param>
/// <param name="Runs">Nodes that run as they are.</param>
/// <param name="RunsWithDifferences">Nodes that run differently.</param>
/// <param name="NotSupported">Nodes that do not run.</param>
/// <param name="Workflows">In how many workflows there is one that does not run.</param>
internal sealed record TypeCount(string Type, int Runs, int RunsWithDifferences, int NotSupported, int Workflows)
{
    public static IReadOnlyList<TypeCount> Of(IReadOnlyList<WorkflowFile> workflows) =>
    [
        .. workflows.SelectMany((w, i) => w.Check.Nodes.Select(n => (n.Type, n.Verdict, Workflow: i)))
            .GroupBy(n => n.Type, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new TypeCount(
                g.Key, g.Count(n => n.Verdict == NodeVerdict.Runs), g.Count(n => n.Verdict == NodeVerdict.RunsWithDifferences), g.Count(n => n.Verdict == NodeVerdict.NotSupported), g.Where(n => n.Verdict == NodeVerdict.NotSupported).Select(n => n.Workflow).Distinct().Count())),
    ];
}
