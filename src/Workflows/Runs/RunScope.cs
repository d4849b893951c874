using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Runs;

/// <summary>What the expressions of one execution of a node can see of its run.</summary>
internal static class RunScope
{
    public static Scope Of(NodeContext context)
    {
        var run = context.Run;
        var current = context.NodeRun;
        var source = current.Sources is [var first, ..] && first.Node >= 0 ? first : (ItemSource?)null;
        return new Scope
        {
            Items = context.Items,
            RunIndex = current.Index,
            Nodes = name => run.Model.Find(name) is { } node ? new Output(run, current, node) : null,
            PreviousNode = source is { } from ? new PreviousNode(run.Model.Nodes[from.Node].Name, from.Output, from.Index) : null,
            Parameters = current.Node.ParametersAsData,
            Workflow = run.Model.AsData,
            Execution = () => run.AsData,
            Variables = context.Services.Variables,
            Environment = name => context.Services.Environment[name],
            NodeVersion = current.Node.Definition.TypeVersion,
            NodeId = current.Node.Definition.Id ?? "",
            Clock = context.Time,
            TimeZone = run.Model.TimeZone,
            Limits = ExpressionLimits.ForItems(context.Items.Count),
        };
    }

    private sealed class Output(Run run, NodeRun current, NodeModel node) : NodeOutput
    {
        public override string Name => node.Name;

        public override bool IsExecuted => run.State.Runs[node.Index]?.Exists(r => r.Outputs is not null) == true;

        public override JsObject? Parameters => node.ParametersAsData;

        public override JsObject? Context => run.State.Runs[node.Index] is [.., var last] ? last.State.AsObject : null;

        public override IReadOnlyList<Item> Items(int? branch, int? index)
        {
            var ended = run.State.Runs[node.Index]?.FindAll(r => r.Outputs is not null) ?? [];
            var at = index is { } i ? i < 0 ? ended.Count + i : i : ended.Count - 1;
            if (at < 0 || at >= ended.Count) return [];
            var outputs = ended[at].Outputs!;
            var output = branch ?? OutputTowardsCurrent();
            return output >= 0 && output < outputs.Length ? outputs[output] : [];
        }

        public override Item? ItemMatching(int itemIndex) => Trace(current, 0, itemIndex, 0);

        private int OutputTowardsCurrent()
        {
            foreach (var edge in node.Edges.OrderBy(e => e.Output))
                if (edge.Target == current.Node || current.Node.Ancestors.Contains(edge.Target.Index)) return edge.Output;
            return 0;
        }

        /// <summary>Goes from an item back to those that it was made from, until one is of this node.</summary>
        private Item? Trace(NodeRun from, int input, int itemIndex, int depth)
        {
            if (depth > 1000 || input >= from.Inputs.Length || from.Inputs[input] is not { } items || itemIndex >= items.Count || itemIndex < 0) return null;
            var source = input < from.Sources.Length ? from.Sources[input] : new ItemSource(-1, 0, 0);
            if (source.Node < 0) return null;
            var item = items[itemIndex];
            if (source.Node == node.Index) return item;
            if (run.State.Find(source.Node, source.Index) is not { } earlier) return null;
            foreach (var pair in item.PairedItems)
                if (Trace(earlier, pair.Input, pair.Item, depth + 1) is { } found) return found;
            return null;
        }
    }
}
