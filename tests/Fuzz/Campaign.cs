using System.Diagnostics;

namespace Sluice.Fuzz;

/// <summary>Runs the targets in turn for as long as wanted. A target that failed is left out from then on, so that the others go on.</summary>
internal static class Campaign
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    /// <returns>Whether everything held.</returns>
    public static async Task<bool> RunAsync(TimeSpan time, int seed, string? only)
    {
        Console.WriteLine($"seed {seed}");
        var mutator = new Mutator(seed);
        var targets = FuzzTarget.Names.Where(n => only is null || n == only).Select(FuzzTarget.Named).ToList();
        if (targets.Count == 0) throw new ArgumentException($"no target {only}; there are {string.Join(", ", FuzzTarget.Names)}");
        var counts = targets.ToDictionary(t => t.Name, _ => 0L);
        var failed = new HashSet<string>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time && failed.Count < targets.Count)
        {
            foreach (var target in targets.Where(t => !failed.Contains(t.Name)))
            {
                try
                {
                    var turn = Stopwatch.StartNew();
                    for (; turn.Elapsed < Turn && clock.Elapsed < time; counts[target.Name]++) target.Check(mutator.Mutate(target));
                }
                catch (FuzzException problem)
                {
                    failed.Add(target.Name);
                    Console.WriteLine(problem.Message);
                }
            }
        }

        foreach (var target in targets)
        {
            Console.WriteLine($"{target.Name,-14} {counts[target.Name],12:N0} inputs{(failed.Contains(target.Name) ? "  FAILED" : "")}");
            await target.DisposeAsync();
        }

        return failed.Count == 0;
    }
}
