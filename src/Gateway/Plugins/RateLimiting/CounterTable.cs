using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>
/// Counts by caller for one kind of window, in an open-addressing table of 24-byte slots. Not safe for several threads.
/// </summary>
/// <remarks>
/// A caller's slot is one of the <see cref="Probes"/> after the place that its hash names, so that every operation touches a few cache lines at
/// most. A slot whose window is over counts as free. When all of a new caller's slots are taken by the running window, the table doubles; at its
/// greatest size it gives up the smallest count among them (someone is sending made-up callers, and theirs are small).
/// </remarks>
internal sealed class CounterTable(int maxSlots)
{
    public const int MinSlots = 16;
    private const int Probes = 16;

    private Slot[] slots = new Slot[MinSlots];

    public int Capacity => slots.Length;

    /// <summary>Where the caller's count is, for <see cref="Increment"/>, and the count in the given window.</summary>
    /// <returns>The slot, or -1 when the caller has none.</returns>
    public int Find(Caller caller, ulong hash, uint window, out uint count)
    {
        var mask = slots.Length - 1;
        for (var i = 0; i < Probes; i++)
        {
            var at = ((int)hash + i) & mask;
            ref readonly var slot = ref slots[at];
            if (slot.Window == 0) break;
            if (slot.Caller != caller) continue;
            count = slot.Window == window ? slot.Count : 0;
            return at;
        }

        count = 0;
        return -1;
    }

    /// <param name="at">What <see cref="Find"/> returned.</param>
    /// <param name="caller">Who.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="window">The number of the running window.</param>
    /// <param name="by">How much.</param>
    public void Increment(int at, Caller caller, ulong hash, uint window, uint by = 1)
    {
        if (at < 0) at = Add(caller, hash, window);
        ref var slot = ref slots[at];
        if (slot.Window != window)
        {
            slot.Window = window;
            slot.Count = 0;
        }

        slot.Count = uint.MaxValue - slot.Count < by ? uint.MaxValue : slot.Count + by;
    }

    private int Add(Caller caller, ulong hash, uint window)
    {
        while (true)
        {
            var at = FreeSlot(slots, hash, window);
            if (at < 0 && !Grow(window)) at = SmallestCount(hash);
            if (at < 0) continue;
            slots[at] = new Slot { Caller = caller, Window = window };
            return at;
        }
    }

    /// <summary>The first slot for <paramref name="hash"/> that is empty or whose window is over; -1 when there is none.</summary>
    private static int FreeSlot(Slot[] slots, ulong hash, uint window)
    {
        var mask = slots.Length - 1;
        for (var i = 0; i < Probes; i++)
        {
            var at = ((int)hash + i) & mask;
            if (slots[at].Window != window) return at;
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
            if (slots[at].Count < slots[best].Count) best = at;
        }

        return best;
    }

    /// <summary>Makes room, taking along the counts of the running window only; false at the greatest size.</summary>
    private bool Grow(uint window)
    {
        for (var size = slots.Length * 2; size <= maxSlots; size *= 2)
        {
            var grown = new Slot[size];
            if (!MoveTo(grown, window)) continue;
            slots = grown;
            return true;
        }

        return false;
    }

    private bool MoveTo(Slot[] grown, uint window)
    {
        foreach (ref readonly var slot in slots.AsSpan())
        {
            if (slot.Window != window) continue;
            var at = FreeSlot(grown, slot.Caller.Hash(), window);
            if (at < 0) return false;
            grown[at] = slot;
        }

        return true;
    }

    private struct Slot
    {
        public Caller Caller;

        /// <summary>The number of the window that <see cref="Count"/> is about; 0 for an empty slot.</summary>
        public uint Window;

        public uint Count;
    }
}
