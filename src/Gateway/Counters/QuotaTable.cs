namespace Sluice.Gateway.Counters;

/// <summary>Of one caller and one quota. Windows: the number of the running one and the counts of it and the one before. Bucket: when it was looked at and what was used then.</summary>
internal struct QuotaState
{
    public long At;
    public double Current;
    public double Previous;
}

/// <summary>
/// The states of callers, a fixed number for each, in an open-addressing table: nothing for the garbage collector to walk. Not safe for several threads.
/// </summary>
/// <remarks>
/// A caller's slot is one of the <see cref="Probes"/> after the place that its hash names. When all of a new caller's slots are taken the table
/// doubles; at its greatest size it gives up the smallest count among them (someone is sending made-up callers, and theirs are small).
/// </remarks>
internal sealed class QuotaTable(int quotas, int maxSlots)
{
    public const int MinSlots = 16;
    private const int Probes = 16;

    private Slot[] slots = new Slot[MinSlots];
    private QuotaState[] states = new QuotaState[MinSlots * quotas];

    public int Capacity => slots.Length;

    /// <summary>Bytes that a slot with the states of <paramref name="quotas"/> takes.</summary>
    public static int SlotBytes(int quotas) => 24 + (24 * quotas);

    /// <summary>The caller's slot; -1 when it has none.</summary>
    public int Find(Caller caller, ulong hash)
    {
        var mask = slots.Length - 1;
        for (var i = 0; i < Probes; i++)
        {
            var at = ((int)hash + i) & mask;
            if (slots[at].ForgottenAt == 0) return -1;
            if (slots[at].Caller == caller) return at;
        }

        return -1;
    }

    /// <summary>Makes a slot for a caller that has none.</summary>
    public int Add(Caller caller, ulong hash, long now)
    {
        while (true)
        {
            var at = FreeSlot(slots, hash, now);
            if (at < 0 && !Grow(now)) at = SmallestCount(hash);
            if (at < 0) continue;
            slots[at] = new Slot { Caller = caller, ForgottenAt = long.MaxValue };
            States(at).Clear();
            return at;
        }
    }

    public Span<QuotaState> States(int at) => states.AsSpan(at * quotas, quotas);

    /// <summary>After <paramref name="forgottenAt"/> the states say nothing that a new caller's would not.</summary>
    public void Keep(int at, long forgottenAt) => slots[at].ForgottenAt = forgottenAt;

    private static int FreeSlot(Slot[] slots, ulong hash, long now)
    {
        var mask = slots.Length - 1;
        for (var i = 0; i < Probes; i++)
        {
            var at = ((int)hash + i) & mask;
            if (slots[at].ForgottenAt <= now) return at;
        }

        return -1;
    }

    private int SmallestCount(ulong hash)
    {
        var mask = slots.Length - 1;
        var best = (int)hash & mask;
        for (var i = 1; i < Probes; i++)
        {
            var at = ((int)hash + i) & mask;
            if (states[at * quotas].Current < states[best * quotas].Current) best = at;
        }

        return best;
    }

    /// <summary>Makes room, leaving behind what is forgotten; false at the greatest size.</summary>
    private bool Grow(long now)
    {
        for (var size = slots.Length * 2; size <= maxSlots; size *= 2)
        {
            var grown = new Slot[size];
            var moved = new QuotaState[size * quotas];
            if (!MoveTo(grown, moved, now)) continue;
            (slots, states) = (grown, moved);
            return true;
        }

        return false;
    }

    private bool MoveTo(Slot[] grown, QuotaState[] moved, long now)
    {
        for (var from = 0; from < slots.Length; from++)
        {
            if (slots[from].ForgottenAt <= now) continue;
            var at = FreeSlot(grown, slots[from].Caller.Hash(), now);
            if (at < 0) return false;
            grown[at] = slots[from];
            States(from).CopyTo(moved.AsSpan(at * quotas));
        }

        return true;
    }

    private struct Slot
    {
        public Caller Caller;

        /// <summary>Milliseconds since 1970; 0 for a slot that was never used.</summary>
        public long ForgottenAt;
    }
}
