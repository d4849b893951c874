using System.Text;
using System.Text.RegularExpressions;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>The page of all differences repeats what each plugin's page says of its own.</summary>
public partial class KongDifferencesTests
{
    private const string Page = "docs/reference/kong-differences.md";

    [Fact]
    public void The_page_of_differences_holds_those_of_every_plugin()
    {
        var page = File.ReadAllText(Path.Combine(Golden.Root(), Page));
        var made = page.LastIndexOf("-->\n", StringComparison.Ordinal) + 4;
        Golden.Check(Page, page[..made] + Section());
    }

    private static string Section()
    {
        var text = new StringBuilder("\n## Plugins\n");
        var folders = PluginCatalog.All.Select(p => (p.Name, Folder: p.ConfigType.Namespace!.Split('.')[^1])).Append(("logs of http-log and file-log", "Logging"));
        foreach (var (name, folder) in folders)
        {
            var page = File.ReadAllText(Path.Combine(Golden.Root(), "src/Gateway/Plugins", folder, "README.md"));
            if (Differences.Match(page) is not { Success: true } match) continue;
            var differences = match.Groups["text"].Value.Trim().Replace("](../", "](../../src/Gateway/Plugins/", StringComparison.Ordinal);
            text.Append($"\n**[{name}](../../src/Gateway/Plugins/{folder}/README.md)**\n\n")
                .Append(char.ToUpperInvariant(differences[0])).Append(differences.AsSpan(1)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A section of its own, or a paragraph.</summary>
    [GeneratedRegex(@"^(## Differences from Kong\n(?<text>.*?)(?=^## |\z)|Differences from Kong: (?<text>.*?)(?=\n\n|\z))", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Differences { get; }
}
