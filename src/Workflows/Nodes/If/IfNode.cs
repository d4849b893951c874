using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Conditions;

namespace Sluice.Workflows.Nodes.If;

/// <summary>Which items go which way.</summary>
[CamelCase]
internal sealed record IfParameters
{
    /// <summary>What must hold for an item to leave by the first output.</summary>
    [Required]
    public ConditionsParameter Conditions { get; init; } = new();

    /// <summary>Whether values of the wrong type are converted.</summary>
    public bool LooseTypeValidation { get; init; }

    /// <summary>How values are compared.</summary>
    public ConditionNodeOptions Options { get; init; } = new();
}

/// <summary>How values are compared.</summary>
[CamelCase]
internal sealed record ConditionNodeOptions
{
    /// <summary>Whether upper and lower case are the same; the conditions' own option when absent.</summary>
    public bool? IgnoreCase { get; init; }

    /// <summary>Whether values of the wrong type are converted.</summary>
    public bool LooseTypeValidation { get; init; }
}

/// <summary>Sends items one way or the other.</summary>
internal sealed class IfNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<IfNode, IfParameters>((p, s) => new(p, s))
    {
        Type = "if",
        Summary = "Sends items one way or the other.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.if", 1, 2.3)],
        Upgrade = LegacyConditions.Upgrade,
    };

    private readonly ConditionSet _conditions;
    private readonly bool _failsWhole;

    public IfNode(IfParameters parameters, NodeSetup setup)
    {
        _conditions = new ConditionSet(parameters.Conditions, parameters.Options.IgnoreCase, parameters.LooseTypeValidation || parameters.Options.LooseTypeValidation, "conditions", setup);
        _failsWhole = setup is { IsForeign: true, Version: < 2 };
        if (setup.IsForeign && !_failsWhole && setup.Definition.OnError is "continueErrorOutput")
            setup.Warn("conditions", "an item that cannot be decided about takes the error output; with n8n's node it takes the second output");
    }

    public override int Outputs => 2;

    public override bool IsLoop => true;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var items = context.Items;
        List<Item> yes = new(items.Count), no = [];
        for (var i = 0; i < items.Count; i++)
        {
            try
            {
                (_conditions.Hold(context, i) ? yes : no).Add(context.Same(i));
            }
            catch (NodeException e) when (context.ContinueOnFail && !_failsWhole)
            {
                // As in n8n, an item that cannot be decided about goes the second way as it is, unless failures have an output.
                no.Add(context.Node.ErrorOutput ? context.Failed(i, e) : context.Same(i));
            }
        }

        return NodeResult.Of([yes, no]);
    }
}
