using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Fuzz.Targets;

/// <summary>The reader of configurations: there is a document or a reason why not.</summary>
internal sealed class ConfigurationTarget() : FuzzTarget("configuration")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "\n", "  ", "- ", ": ", "{", "}", "[", "]", "&a ", "*a", "<<: ", "\"", "'", "~", "${X}", "{vault://env/x}", "!!int ", "\0", "\t", "---\n", "0x", "é", "|\n",
        "\u2028", "1e999", "-0", "null", "true", ".inf", "? ", "# ", "%YAML 1.2\n");

    protected override IEnumerable<byte[]> Samples => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "configuration"), "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith("answers.txt", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(b => b.Length < 16 * 1024);

    protected override void Run(byte[] input)
    {
        foreach (var name in (string[])["f.yml", "f.json"])
        {
            var read = DocumentReader.Read(input, name);
            if (read.Document is null) read.Problems.ShouldContain(p => p.Severity == Severity.Error, "refused without a reason");
        }
    }
}
