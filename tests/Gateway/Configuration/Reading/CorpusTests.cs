using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

/// <summary>Files that people have: a few kept here, and a whole folder of them where SLUICE_CORPUS says there is one.</summary>
public class CorpusTests
{
    // A variable that is not set here is no fault of the file.
    private static readonly ReadOptions Options = Files.NoEnvironment with { UnsetVariable = Sluice.Foundation.Errors.Severity.Warning, Plugins = _ => null };

    [Fact]
    public void The_answer_to_each_file_is_the_one_that_was_looked_at()
    {
        var folder = Path.Combine(Golden.Root(), "tests/Golden/configuration/corpus");
        var answers = Directory.EnumerateFiles(folder).Where(f => !f.EndsWith(".txt", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Answer);

        Golden.Check("tests/Golden/configuration/corpus/answers.txt", string.Concat(answers));
    }

    [Fact]
    public void No_file_of_the_folder_gets_an_exception_or_a_refusal_without_a_reason()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SLUICE_CORPUS") is { Length: > 0 }, "SLUICE_CORPUS names no folder of files");
        foreach (var file in Directory.EnumerateFiles(Environment.GetEnvironmentVariable("SLUICE_CORPUS")!, "*", SearchOption.AllDirectories).Where(f => f.EndsWith("ml", StringComparison.Ordinal)))
        {
            var result = DocumentReader.Read(File.ReadAllBytes(file), Path.GetFileName(file), Options);
            (result.Document is not null).ShouldBe(result.Problems.All(p => p.Severity == Sluice.Foundation.Errors.Severity.Warning), file);
            result.Problems.ShouldAllBe(p => p.Message.Length > 0 && p.Place.File.Length > 0);
        }
    }

    private static string Answer(string file)
    {
        var result = DocumentReader.Read(File.ReadAllBytes(file), Path.GetFileName(file), Options);
        return $"{Path.GetFileName(file)}: {(result.Document is null ? "refused" : "accepted")}\n"
            + string.Concat(result.Problems.Select(p => $"  {p}\n")) + string.Concat(result.UnsupportedPlugins.Select(p => $"  {p.Place}: {p.Object}: not built\n"));
    }
}
