using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.ExecuteWorkflow;

/// <summary>What the workflow is given by those that call it.</summary>
[CamelCase]
internal sealed record ExecuteWorkflowTriggerParameters
{
    /// <summary>Whether all data is taken, or only fields that are named, one by one or by an example.</summary>
    [OneOf("passthrough", "workflowInputs", "jsonExample")]
    public string? InputSource { get; init; }

    /// <summary>The older name of that.</summary>
    public string? Events { get; init; }

    /// <summary>The fields that are taken.</summary>
    public WorkflowInputFields WorkflowInputs { get; init; } = new();

    /// <summary>An object with the fields that are taken, as JSON.</summary>
    [AllowEmpty]
    public string? JsonExample { get; init; }

    /// <summary>For editors.</summary>
    public System.Text.Json.Nodes.JsonNode? InputOptions { get; init; }
}

/// <summary>The fields that are taken.</summary>
[CamelCase]
internal sealed record WorkflowInputFields
{
    /// <summary>The fields.</summary>
    public IReadOnlyList<WorkflowInputField> Values { get; init; } = [];
}

/// <summary>A field that is taken.</summary>
[CamelCase]
internal sealed record WorkflowInputField
{
    /// <summary>Its name.</summary>
    [AllowEmpty]
    public string Name { get; init; } = "";

    /// <summary>Its type, for editors.</summary>
    public string? Type { get; init; }
}

/// <summary>Begins a run that another workflow asks for.</summary>
internal sealed class ExecuteWorkflowTriggerNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ExecuteWorkflowTriggerNode, ExecuteWorkflowTriggerParameters>((p, s) => new(p, s))
    {
        Type = "execute-workflow-trigger",
        Summary = "Begins a run that another workflow asks for.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.executeWorkflowTrigger", 1, 1.1)],
    };

    private readonly string[]? _fields;

    public ExecuteWorkflowTriggerNode(ExecuteWorkflowTriggerParameters parameters, NodeSetup setup)
    {
        // From version 1.1 on n8n's node takes named fields unless it says otherwise.
        switch (parameters.InputSource ?? (setup.IsForeign && setup.Version >= 1.1 ? "workflowInputs" : "passthrough"))
        {
            case "workflowInputs":
                _fields = [.. parameters.WorkflowInputs.Values.Select(f => f.Name).Where(n => n.Length > 0)];
                break;
            case "jsonExample":
                if (JsonParameter.TryParse(parameters.JsonExample ?? "{}", out var example) && example.AsObject is { } fields) _fields = [.. fields.Names];
                else setup.Report("jsonExample", "is no JSON object");
                break;
        }
    }

    /// <summary>Of items that a run is called with, the fields that are asked for, null for those that are not there.</summary>
    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (_fields is null) return NodeResult.Of(context.Items);
        var items = new Item[context.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var json = new JsObject(_fields.Length);
            foreach (var field in _fields) json.Set(field, context.Items[i].Json[field] is { IsUndefined: false } value ? value : JsValue.Null);
            items[i] = new Item(json) { PairedItems = Positions.Of(i) };
        }

        return NodeResult.Of(items);
    }
}
