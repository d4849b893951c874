using Sluice.Workflows.Data;

namespace Sluice.Workflows.Runs;

/// <summary>What a node gave, as the run takes it: items paired with those they came from, failed ones by their own output, never nothing where that was asked for.</summary>
internal static class NodeOutcome
{
    public static IReadOnlyList<Item>[] Settle(NodeRun run, IReadOnlyList<Item>[] outputs)
    {
        // What a node gives as an array of lists takes no other list.
        if (outputs.GetType() != typeof(IReadOnlyList<Item>[])) outputs = [.. outputs];
        PairPassed(run, outputs);
        if (run.Node.ErrorOutput) outputs = SplitFailed(run, outputs);
        Pair(run, outputs);
        return Fill(run, outputs);
    }

    /// <summary>What stands in for the node's own output, paired as that would be.</summary>
    public static IReadOnlyList<Item>[] SettlePinned(NodeRun run, IReadOnlyList<Item> pinned)
    {
        IReadOnlyList<Item>[] outputs = [pinned];
        Pair(run, outputs);
        return Fill(run, outputs);
    }

    /// <summary>The items, each paired with itself: what a node that passes its input on gives.</summary>
    public static IReadOnlyList<Item> Passed(IReadOnlyList<Item> items, int input = 0) => [.. items.Select((_, i) => Passed(items, i, input))];

    /// <summary>One item, paired with itself.</summary>
    public static Item Passed(IReadOnlyList<Item> items, int index, int input) =>
        new(items[index].Json) { Binary = items[index].Binary, PairedItems = input == 0 ? Positions.Of(index) : [new PairedItem(index, input)] };

    private static IReadOnlyList<Item>[] Fill(NodeRun run, IReadOnlyList<Item>[] outputs)
    {
        // As in n8n, the first output is what counts: an if node gives an empty item there when all its items go the other way.
        if (run.Node.Definition.AlwaysOutputData && (outputs.Length == 0 || outputs[0].Count == 0))
        {
            var paired = run.Inputs.SelectMany((items, input) => (items ?? []).Select((_, i) => new PairedItem(i, input)));
            outputs = outputs.Length > 0 ? outputs : [[]];
            outputs[0] = [new Item(new JsObject()) { PairedItems = [.. paired] }];
        }

        return outputs;
    }

    /// <summary>Items of the node before say where that node had them from, which is not what they are to say here.</summary>
    private static void PairPassed(NodeRun run, IReadOnlyList<Item>[] outputs)
    {
        for (var index = 0; index < outputs.Length; index++)
        {
            var input = Array.IndexOf(run.Inputs, outputs[index]);
            if (input >= 0) outputs[index] = Passed(outputs[index], input);
        }
    }

    /// <summary>Items that do not say where they came from get it where it is plain: one in, or as many out as in.</summary>
    private static void Pair(NodeRun run, IReadOnlyList<Item>[] outputs)
    {
        if (run.Inputs is not [{ Count: > 0 } input]) return;
        for (var index = 0; index < outputs.Length; index++)
        {
            var output = outputs[index];
            var byPosition = input.Count > 1 && outputs.Length == 1 && output.Count == input.Count;
            if (input.Count > 1 && !byPosition) continue;
            List<Item>? paired = null;
            for (var i = 0; i < output.Count; i++)
            {
                if (output[i].PairedItems.Count > 0) continue;
                paired ??= [.. output];
                paired[i] = new Item(output[i].Json) { Binary = output[i].Binary, Error = output[i].Error, PairedItems = Positions.Of(byPosition ? i : 0) };
            }

            if (paired is not null) outputs[index] = paired;
        }
    }

    private static IReadOnlyList<Item>[] SplitFailed(NodeRun run, IReadOnlyList<Item>[] outputs)
    {
        var split = new IReadOnlyList<Item>[run.Node.OutputCount];
        Array.Fill(split, []);
        var failed = new List<Item>();
        for (var i = 0; i < outputs.Length; i++)
        {
            if (i >= split.Length - 1) break;
            if (!outputs[i].Any(IsFailed))
            {
                split[i] = outputs[i];
                continue;
            }

            split[i] = [.. outputs[i].Where(item => !IsFailed(item))];
            failed.AddRange(outputs[i].Where(IsFailed).Select(item => WithInput(run, item)));
        }

        split[^1] = failed;
        return split;
    }

    /// <summary>An item that failed, or that says nothing but what went wrong, as code may give it.</summary>
    private static bool IsFailed(Item item) => item.Error is not null || (!item.Json["error"].IsNullish && (item.Json.Count == 1 || (item.Json.Count == 2 && !item.Json["message"].IsNullish)));

    /// <summary>The item that failed, and what went wrong with it.</summary>
    private static Item WithInput(NodeRun run, Item failed)
    {
        if (failed.PairedItems is not [var pair, ..] || pair.Input >= run.Inputs.Length || run.Inputs[pair.Input] is not { } items || pair.Item >= items.Count) return failed;
        var json = items[pair.Item].Json.Clone();
        foreach (var (name, value) in failed.Json) json.Set(name, value);
        return new Item(json) { Binary = failed.Binary ?? items[pair.Item].Binary, PairedItems = failed.PairedItems, Error = failed.Error };
    }
}

/// <summary>The pairings that nearly all items have, made once.</summary>
internal static class Positions
{
    private static readonly PairedItem[][] Known = [.. Enumerable.Range(0, 1024).Select(i => new[] { new PairedItem(i) })];

    public static IReadOnlyList<PairedItem> Of(int index) => index < Known.Length ? Known[index] : [new PairedItem(index)];
}
