using System.Numerics;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// A row of counters that many threads add to: each stripe (in practice each event loop) has cache lines of its own, a reader sums them.
/// A stripe's memory is taken when it is first used.
/// </summary>
internal sealed class StripedCounters(int counters)
{
    private static readonly int Stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));

    // A cache line of padding on either side keeps neighbours on the heap away.
    private const int Padding = 8;
    private readonly long[]?[] stripes = new long[]?[Stripes];

    public void Add(int stripe, int counter, long value)
    {
        ref var slot = ref stripes[stripe & (Stripes - 1)];
        var row = slot ?? Interlocked.CompareExchange(ref slot, new long[counters + 2 * Padding], null) ?? slot!;
        Interlocked.Add(ref row[Padding + counter], value);
    }

    public long Sum(int counter)
    {
        long sum = 0;
        foreach (var row in stripes)
            if (row is not null)
                sum += Volatile.Read(ref row[Padding + counter]);
        return sum;
    }
}
