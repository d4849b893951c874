using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

/// <summary>Files that people have: a few kept here, and a whole folder of them where SLUICE_CORPUS says there is one.</summary>
public class CorpusTests(ITestOutputHelper output)
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

    [Fact]
    public void Each_file_of_the_folder_loads_with_all_plugins_or_says_exactly_what_is_not_supported()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SLUICE_CORPUS") is { Length: > 0 }, "SLUICE_CORPUS names no folder of files");
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Environment.GetEnvironmentVariable("SLUICE_CORPUS")!, "kong-files"), "*", SearchOption.AllDirectories).Where(f => f.EndsWith("ml", StringComparison.Ordinal)))
        {
            var result = DocumentReader.Read(File.ReadAllBytes(file), Path.GetFileName(file), Options with { Plugins = Sluice.Gateway.Pipeline.PluginCatalog.Find });
            var errors = result.Problems.Where(p => p.Severity == Sluice.Foundation.Errors.Severity.Error).ToList();
            (result.Document is null).ShouldBe(errors.Count > 0, file);
            errors.ShouldAllBe(p => p.Object.Length > 0 && p.Message.Length > 0 && p.Place.Line > 0, file);
            result.UnsupportedPlugins.ShouldAllBe(p => p.Reason.Length > 0 && p.Place.Line > 0, file);
            var answer = errors.Count > 0 ? $"refused: {errors[0].Field}: {errors[0].Message}" : result.UnsupportedPlugins.Count > 0 ? $"not supported: {result.UnsupportedPlugins[0].Reason}" : "loads";
            answers[answer] = answers.GetValueOrDefault(answer) + 1;
        }

        answers.ShouldNotBeEmpty();
        foreach (var (answer, count) in answers.OrderByDescending(a => a.Value)) output.WriteLine($"{count,4}  {answer}");
    }

    private static string Answer(string file)
    {
        var result = DocumentReader.Read(File.ReadAllBytes(file), Path.GetFileName(file), Options);
        return $"{Path.GetFileName(file)}: {(result.Document is null ? "refused" : "accepted")}\n"
            + string.Concat(result.Problems.Select(p => $"  {p}\n")) + string.Concat(result.UnsupportedPlugins.Select(p => $"  {p.Place}: {p.Object}: not built\n"));
    }
}
