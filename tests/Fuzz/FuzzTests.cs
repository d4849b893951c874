using System.Diagnostics;

namespace Sluice.Fuzz;

/// <summary>A short run of every target. <c>README.md</c> says how to run them for long.</summary>
public class FuzzTests
{
    private const int FixedSeed = 20260101;
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(300);

    public static TheoryData<string> Targets => [.. FuzzTarget.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Whatever_the_bytes(string name)
    {
        await using var target = FuzzTarget.Named(name);
        foreach (var seed in target.Seeds.Take(12)) target.Check(seed);
        Run(target, FixedSeed);
        var chance = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {chance}");
        Run(target, chance);
    }

    private static void Run(FuzzTarget target, int seed)
    {
        var mutator = new Mutator(seed);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 2000 && clock.Elapsed < Most; i++) target.Check(mutator.Mutate(target));
    }
}
