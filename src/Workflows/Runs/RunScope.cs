using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Expressions.Evaluation;
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
            Items = current.Inputs.FirstOrDefault(i => i is { Count: > 0 }) ?? [],
            RunIndex = current.Index,
            Nodes = name => run.Model.Find(name) is { } node ? new Output(run, current, node) : null,
            PreviousNode = source is { } from ? new PreviousNode(run.Model.Nodes[from.Node].Name, from.Output, from.Index) : null,
            Parameters = current.Node.ParametersAsData,
            Workflow = run.Model.AsData,
            Execution = () => run.AsData,
            // What the operator set may be secret: it is not for tenants.
            Variables = run.Request.Tenant.Length > 0 ? null : context.Services.Variables,
            Environment = name => run.Request.Tenant.Length > 0 ? default : context.Services.Environment[name],
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

        public override int LastRun => (run.State.Runs[node.Index]?.Count(r => r.Outputs is not null) ?? 0) - 1;

        public override bool IsConnected => TowardsCurrent() is not null;

        public override IReadOnlyList<Item> Items(int? branch, int? index)
        {
            var ended = run.State.Runs[node.Index]?.FindAll(r => r.Outputs is not null) ?? [];
            var at = index is { } i and >= 0 ? i : ended.Count - 1;
            if (at >= ended.Count) throw new ExpressionError($"the node '{node.Name}' has no run {at}: it ran {ended.Count} times");
            if (at < 0) return [];
            var outputs = ended[at].Outputs!;
            var output = branch ?? TowardsCurrent() ?? 0;
            if (output < 0 || output >= Math.Max(outputs.Length, node.OutputCount)) throw new ExpressionError($"the node '{node.Name}' has no branch {output}");
            return output < outputs.Length ? outputs[output] : [];
        }

        public override Item? ItemMatching(int itemIndex)
        {
            var input = Math.Max(0, Array.FindIndex(current.Inputs, i => i is { Count: > 0 }));
            if (!current.Node.Ancestors.Contains(node.Index) || !(input < current.Inputs.Length && itemIndex >= 0 && itemIndex < current.Inputs[input]?.Count)) return null;
            var found = new ItemTrace(run.State, node.Index).Find(current, input, itemIndex);
            return found.Outcome switch
            {
                TraceOutcome.Found => found.Item,
                TraceOutcome.Several => throw new ExpressionError($"several items of '{node.Name}' belong to item {itemIndex}; use .first(), .last() or .all()[index] instead"),
                // n8n stumbles over it, so that the expression has no value and the run goes on.
                TraceOutcome.Nowhere => throw JsThrow.Type($"no item of '{node.Name}' belongs to item {itemIndex}"),
                _ => null,
            };
        }

        /// <summary>The output from which the shortest way leads here; null when none does.</summary>
        private int? TowardsCurrent()
        {
            var seen = new HashSet<int> { current.Node.Index };
            var queue = new Queue<NodeModel>([current.Node]);
            while (queue.TryDequeue(out var next))
            {
                foreach (var (from, output) in next.Sources)
                {
                    if (from == node) return output;
                    if (seen.Add(from.Index)) queue.Enqueue(from);
                }
            }

            return null;
        }
    }
}
