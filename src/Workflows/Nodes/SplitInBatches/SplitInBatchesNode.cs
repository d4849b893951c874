using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.SplitInBatches;

/// <summary>How many items go round at a time.</summary>
[CamelCase]
internal sealed record SplitInBatchesParameters
{
    /// <summary>How many items go round at a time.</summary>
    public Parameter<double> BatchSize { get; init; } = 1;

    /// <summary>More about the loop.</summary>
    public SplitInBatchesOptions Options { get; init; } = new();

    /// <summary>Whether batches leave by the first output, as before version 3.</summary>
    [Ignored]
    public bool LoopFirst { get; init; }
}

/// <summary>More about the loop.</summary>
[CamelCase]
internal sealed record SplitInBatchesOptions
{
    /// <summary>Begins anew with the items that come in now.</summary>
    public Parameter<bool> Reset { get; init; } = false;
}

/// <summary>Gives its items a few at a time by the output <c>loop</c>, each time that items come back, and at the end what came back by the output <c>done</c>.</summary>
internal sealed class SplitInBatchesNode(SplitInBatchesParameters parameters, bool loopFirst, bool beginsAnew) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SplitInBatchesNode, SplitInBatchesParameters>(
        (p, s) => new(p, loopFirst: s.Version < 3, beginsAnew: !s.IsForeign))
    {
        Type = "split-in-batches",
        Summary = "Goes round with a few items at a time.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.splitInBatches", 1, 3)],
        // What the editor does not write because a new node of that version has it.
        Upgrade = static (old, version) => version < 3 && old["batchSize"] is null ? old.With([], DocumentData.Entry("batchSize", DocumentData.Number(old.Place, 10))) : old,
    };

    public override int Outputs => 2;

    public override bool IsLoop => true;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var size = (int)Math.Clamp(parameters.BatchSize.Get(context, 0), 1, int.MaxValue);
        // Entered again after its end, it begins anew; n8n's node does that only when reset, and otherwise gives at once all that ever came back.
        // Where the loop began and how far it has come; the items themselves are in the run already.
        var state = context.State.AsObject;
        if (state is null || (beginsAnew && state["done"].IsTrue) || parameters.Options.Reset.Get(context, 0)) state = new JsObject { ["first"] = context.RunIndex, ["next"] = 0 };
        var first = (int)state["first"].AsNumber;
        var next = (int)state["next"].AsNumber;
        var items = context.EarlierInput(first);
        var batch = new List<Item>();
        for (; next < items.Count && batch.Count < size; next++) batch.Add(new Item(items[next].Json) { Binary = items[next].Binary, PairedItems = first == context.RunIndex ? Positions.Of(next) : [new PairedItem(next, 0, first)] });
        context.State = new JsObject { ["first"] = first, ["next"] = next, ["noItemsLeft"] = next >= items.Count, ["currentRunIndex"] = context.RunIndex - first, ["done"] = batch.Count == 0 };
        if (batch.Count > 0) return NodeResult.On(loopFirst ? 0 : 1, 2, batch);

        var done = new List<Item>();
        for (var run = first + 1; run <= context.RunIndex; run++) done.AddRange(context.EarlierInput(run).Select((item, i) => new Item(item.Json) { Binary = item.Binary, PairedItems = [new PairedItem(i, 0, run)] }));
        return NodeResult.On(loopFirst ? 1 : 0, 2, done);
    }
}
