using Sluice.Workflows.Data;

namespace Sluice.Workflows.Runs;

/// <summary>What became of a search for the item of a node that another item was made from.</summary>
internal enum TraceOutcome
{
    /// <summary>It led back to where the run began.</summary>
    Nowhere,

    /// <summary>A node on the way does not say what it made its items from.</summary>
    Unknown,

    /// <summary>There is more than one.</summary>
    Several,
    Found,
}

/// <summary>Goes from an item back to those that it was made from, until they are of one node.</summary>
internal sealed class ItemTrace(RunState state, int node)
{
    private Dictionary<(NodeRun, int, int), Match>? _known;

    /// <param name="Item">The item, when one was found.</param>
    /// <param name="Outcome">Whether it was, or else why not.</param>
    public readonly record struct Match(Item? Item, TraceOutcome Outcome);

    /// <summary>The item of the node that an item of an execution's input was made from.</summary>
    public Match Find(NodeRun run, int input, int index, int depth = 0)
    {
        if (depth > 1000 || input >= run.Inputs.Length || run.Inputs[input] is not { } items || index >= items.Count || index < 0) return default;
        var source = input < run.Sources.Length ? run.Sources[input] : new ItemSource(-1, 0, 0);
        if (source.Node < 0) return default;
        var item = items[index];
        if (source.Node == node) return new Match(item, TraceOutcome.Found);
        if (state.Find(source.Node, source.Index) is not { } earlier) return default;
        switch (item.PairedItems)
        {
            case []: return new Match(null, TraceOutcome.Unknown);
            case [var single]: return Follow(earlier, single, depth);
        }

        if (_known?.TryGetValue((run, input, index), out var known) == true) return known;
        var found = FindAll(earlier, item.PairedItems, depth);
        (_known ??= [])[(run, input, index)] = found;
        return found;
    }

    /// <summary>As in n8n, ways that lead to several items or to none do not count where another leads to one.</summary>
    private Match FindAll(NodeRun earlier, IReadOnlyList<PairedItem> pairs, int depth)
    {
        var found = Follow(earlier, pairs[0], depth);
        for (var i = 1; i < pairs.Count; i++)
        {
            var next = Follow(earlier, pairs[i], depth);
            if (next.Outcome != TraceOutcome.Found) continue;
            if (found.Outcome != TraceOutcome.Found) found = next;
            else if (found.Item != next.Item) return new Match(null, TraceOutcome.Several);
        }

        return found;
    }

    private Match Follow(NodeRun earlier, PairedItem pair, int depth)
    {
        var at = pair.Run is { } other ? state.Find(earlier.Node.Index, other) : earlier;
        return at is null ? default : Find(at, pair.Input, pair.Item, depth + 1);
    }
}
