namespace Sluice.Workflows.Runs;

/// <summary>Whose a workflow is: the tag <c>tenant:acme</c> makes it acme's. Its runs count by that, and what it calls has to be on the public internet.</summary>
public static class WorkflowTenant
{
    public const string Prefix = "tenant:";

    /// <summary>The tenant among the tags of a workflow; empty for none.</summary>
    public static string Of(IEnumerable<string>? tags) => tags?.FirstOrDefault(t => t.StartsWith(Prefix, StringComparison.Ordinal) && t.Length > Prefix.Length)?[Prefix.Length..] ?? "";
}
