namespace Sluice.Gateway.Tests.Configuration.Reading;

public class ProblemTests
{
    [Fact]
    public void Every_problem_of_a_file_is_told_with_its_place()
    {
        var file = File.ReadAllText(Path.Combine(Golden.Root(), "tests/Golden/configuration/problems.yml"));
        var result = Files.Read(file, Files.NoEnvironment with { Plugins = _ => null });

        result.Document.ShouldBeNull();
        Golden.Check("tests/Golden/configuration/problems.txt", string.Concat(result.Problems.Select(p => p + "\n")));
    }
}
