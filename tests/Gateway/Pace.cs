namespace Sluice.Gateway.Tests;

/// <summary>For what can only be seen by waiting: a slow machine fails at a fast pace and passes at a slow one, a fault fails at every pace.</summary>
internal static class Pace
{
    private const int Slowest = 25;

    /// <param name="test">Given by how much its times are to be multiplied.</param>
    public static async Task SlowsDownAsync(Func<int, Task> test)
    {
        for (var times = 1; ; times *= 5)
        {
            try
            {
                await test(times);
                return;
            }
            catch (Exception) when (times < Slowest)
            {
                // Again, with more time.
            }
        }
    }
}
