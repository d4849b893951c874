namespace Sluice.Acceptance.Harness;

/// <summary>Waits for what happens soon, but not at once.</summary>
internal static class Eventually
{
    public static Task HoldsAsync(Func<bool> holds, string what) => HoldsAsync(() => Task.FromResult(holds()), what);

    public static async Task HoldsAsync(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(RawClient.Patience);
        while (!await holds())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"did not happen within {RawClient.Patience.TotalSeconds} s: {what}");
            await Task.Delay(20);
        }
    }
}
