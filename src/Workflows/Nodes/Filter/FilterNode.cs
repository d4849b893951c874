using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Conditions;
using Sluice.Workflows.Nodes.If;

namespace Sluice.Workflows.Nodes.Filter;

/// <summary>Which items are kept.</summary>
[CamelCase]
internal sealed record FilterParameters
{
    /// <summary>What must hold for an item to be kept.</summary>
    [Required]
    public ConditionsParameter Conditions { get; init; } = new();

    /// <summary>Whether values of the wrong type are converted.</summary>
    public bool LooseTypeValidation { get; init; }

    /// <summary>How values are compared.</summary>
    public ConditionNodeOptions Options { get; init; } = new();
}

/// <summary>Keeps the items for which conditions hold.</summary>
internal sealed class FilterNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<FilterNode, FilterParameters>((p, s) => new(p, s))
    {
        Type = "filter",
        Summary = "Keeps the items for which conditions hold.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.filter", 1, 2.3)],
        Upgrade = LegacyConditions.Upgrade,
    };

    private readonly ConditionSet _conditions;
    private readonly bool _failsWhole;

    public FilterNode(FilterParameters parameters, NodeSetup setup)
    {
        _conditions = new ConditionSet(parameters.Conditions, parameters.Options.IgnoreCase, parameters.LooseTypeValidation || parameters.Options.LooseTypeValidation, "conditions", setup);
        _failsWhole = setup is { IsForeign: true, Version: < 2 };
        if (setup.IsForeign && !_failsWhole && setup.Definition.OnError is "continueErrorOutput")
            setup.Warn("conditions", "an item that cannot be decided about takes the error output; with n8n's node it is dropped");
    }

    public override bool IsLoop => true;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var items = context.Items;
        var kept = new List<Item>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            try
            {
                if (_conditions.Hold(context, i)) kept.Add(context.Same(i));
            }
            catch (NodeException e) when (context.ContinueOnFail && !_failsWhole)
            {
                // As in n8n, an item that cannot be decided about is dropped, unless failures have an output.
                if (context.Node.ErrorOutput) kept.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(kept);
    }
}
