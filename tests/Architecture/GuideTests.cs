namespace Sluice.Architecture;

/// <summary>The code that guides show is the code that is compiled and tested.</summary>
public sealed class GuideTests
{
    [Theory]
    [InlineData("RequireHeaderConfig.cs")]
    [InlineData("RequireHeaderPlugin.cs")]
    [InlineData("RequireHeaderPluginTests.cs")]
    public void The_guide_to_plugins_shows_the_tested_code(string file)
    {
        var code = File.ReadAllText(Repository.PathOf($"tests/Gateway/Guides/RequireHeader/{file}")).TrimEnd('\n');
        File.ReadAllText(Repository.PathOf("docs/guides/writing-a-plugin.md")).ShouldContain($"```csharp\n{code}\n```", Case.Sensitive);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var root = Repository.Root;
        var pages = Directory.EnumerateFiles(root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories));
        foreach (var page in pages)
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(page), @"\]\((?!https?://)([^)#]+)(#[^)]*)?\)"))
            {
                var target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value);
                (File.Exists(target) || Directory.Exists(target)).ShouldBeTrue($"{Path.GetRelativePath(root, page)} links to {link.Groups[1].Value}, which is not there");
            }
    }
}
