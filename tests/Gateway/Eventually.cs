using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Tests;

/// <summary>Waits for what happens soon, but not at once.</summary>
internal static class Eventually
{
    /// <summary>How long anything may take on a machine that has much else to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task HoldsAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => HoldsAsync(() => Task.FromResult(holds()), what);

    public static async Task HoldsAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"did not happen within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
