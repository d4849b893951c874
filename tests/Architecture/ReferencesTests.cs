using System.Reflection;

namespace Sluice.Architecture;

/// <summary>Which project may know which: the borders of ARCHITECTURE.md.</summary>
public sealed class ReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Foundation"] = [],
        ["Gateway"] = ["Foundation"],
        ["Workflows"] = ["Foundation"],
        ["Control"] = ["Foundation", "Gateway", "Workflows"],
        ["Testing"] = ["Foundation", "Gateway"],
        ["Host"] = ["Foundation", "Gateway", "Workflows", "Control", "Testing", "Console"],
        ["Console"] = [],
    };

    [Fact]
    public void Every_project_references_only_what_it_may_know()
    {
        var projects = Repository.ReferencesOf("src");
        projects.ShouldNotBeEmpty();
        foreach (var (project, references) in projects)
        {
            Allowed.ShouldContainKey(project, $"src/{project} is new: say in this test what it may know");
            references.Except(Allowed[project], StringComparer.Ordinal).ShouldBeEmpty($"{project} must not know these");
        }
    }

    [Theory]
    [InlineData("Foundation")]
    [InlineData("Gateway")]
    [InlineData("Workflows")]
    public void The_compiled_assemblies_agree(string project)
    {
        var assembly = Assembly.Load($"Sluice.{project}");
        assembly.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Sluice.", StringComparison.Ordinal))
            .Select(name => name["Sluice.".Length..])
            .Except(Allowed[project], StringComparer.Ordinal)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_host_reads_the_command_line() =>
        Assembly.Load("Sluice.Gateway").GetReferencedAssemblies().ShouldNotContain(a => a.Name == "System.CommandLine");
}
