using System.Runtime.InteropServices;

namespace Sluice.Gateway.Snapshot;

/// <summary>How many exchanges run on a snapshot, counted in stripes so that loops do not fight over one cache line.</summary>
internal sealed class InFlight
{
    private const int Stripes = 16;
    private readonly Stripe[] stripes = new Stripe[Stripes];

    /// <summary>The sum over all stripes; exact only once no new exchange can enter.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            foreach (ref var stripe in stripes.AsSpan()) sum += Volatile.Read(ref stripe.Value);
            return sum;
        }
    }

    public void Enter(int stripe) => Interlocked.Increment(ref stripes[stripe & (Stripes - 1)].Value);

    public void Exit(int stripe) => Interlocked.Decrement(ref stripes[stripe & (Stripes - 1)].Value);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(64)]
        public long Value;
    }
}
