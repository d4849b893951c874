namespace Sluice.Gateway.Tests;

/// <summary>
/// What a piece of code allocates. The runtime's own tables grow on whatever thread comes by, and code that is not optimised yet boxes, so that
/// the best of several rounds counts: what the code itself allocates is in every round.
/// </summary>
internal static class Allocations
{
    private const int Rounds = 40;

    /// <summary>The bytes of the best round of <paramref name="run"/>; stops at the first with no more than <paramref name="enough"/>.</summary>
    public static long Least(Action run, long enough = 0) => LeastAsync(() => { run(); return default; }, enough).AsTask().GetAwaiter().GetResult();

    /// <summary>The same for what completes at once or continues on the thread that it began on.</summary>
    public static async ValueTask<long> LeastAsync(Func<ValueTask> run, long enough = 0)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > enough; round++)
        {
            if (round > 2) Thread.Sleep(50); // the optimiser works in the background
            var before = GC.GetAllocatedBytesForCurrentThread();
            await run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
