namespace Sluice.Gateway.Counters;

/// <summary>
/// How many further tries requests may cause: a share of the requests of the last <paramref name="window"/>, and a few in any case, as in Finagle.
/// Where an upstream is down, further tries then add at most that share to its load.
/// </summary>
/// <param name="ratio">Tries per request, 0 to 1 or more.</param>
/// <param name="least">Tries per window that are always allowed.</param>
/// <param name="window">Over which is counted, in tenths.</param>
/// <param name="time">The clock.</param>
internal sealed class RetryBudget(double ratio, int least, TimeSpan window, TimeProvider time)
{
    private const int Slots = 10;

    private readonly Lock gate = new();
    private readonly long begun = time.GetTimestamp();
    private readonly int[] requests = new int[Slots];
    private readonly int[] tries = new int[Slots];
    private long current;
    private long allRequests;
    private long allTries;

    /// <summary>Counts a request.</summary>
    public void Deposit()
    {
        lock (gate)
        {
            requests[Now()]++;
            allRequests++;
        }
    }

    /// <summary>Counts a further try, if there is one left.</summary>
    public bool TryWithdraw()
    {
        lock (gate)
        {
            var slot = Now();
            if (allTries + 1 > (allRequests * ratio) + least + 1e-9) return false;
            tries[slot]++;
            allTries++;
            return true;
        }
    }

    /// <summary>The slot of this moment; those that have left the window are emptied.</summary>
    private int Now()
    {
        var now = (long)(time.GetElapsedTime(begun) / (window / Slots));
        for (var passed = Math.Max(current + 1, now - Slots + 1); passed <= now; passed++)
        {
            ref var old = ref requests[passed % Slots];
            ref var oldTries = ref tries[passed % Slots];
            allRequests -= old;
            allTries -= oldTries;
            old = oldTries = 0;
        }

        current = Math.Max(current, now);
        return (int)(current % Slots);
    }
}
