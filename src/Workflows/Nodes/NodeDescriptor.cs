using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes;

/// <summary>Where a catalogue lists a node.</summary>
public enum NodeCategory { Trigger, Flow, Data, Http, Store, Connector, Note }

/// <summary>A node type as the catalogue knows it.</summary>
public abstract class NodeDescriptor
{
    /// <summary>The type in documents: <c>http-request</c>.</summary>
    public required string Type { get; init; }

    /// <summary>One sentence for lists.</summary>
    public required string Summary { get; init; }

    public required NodeCategory Category { get; init; }

    /// <summary>The names under which n8n knows it.</summary>
    public IReadOnlyList<NodeAlias> Aliases { get; init; } = [];

    /// <summary>A run can begin with it; it needs no edge to it.</summary>
    public bool IsTrigger { get; init; }

    /// <summary>It never runs: a note on the canvas.</summary>
    public bool IsNote { get; init; }

    /// <summary>How it differs from n8n's node of that name; null when it does not.</summary>
    public string? Difference { get; init; }

    /// <summary>Whether a node with these parameters, of that version, is one that differs; null when all do.</summary>
    public Func<MapNode, double, bool>? Differs { get; init; }

    /// <summary>What n8n's node of that name can do and this one cannot: a node that asks for it is not supported, others are not concerned.</summary>
    public string? Lacks { get; init; }

    /// <summary>What a connector reaches and can do there; null for other nodes.</summary>
    public ConnectorFacts? Connector { get; init; }

    /// <summary>The record of its parameters: parser, check, schema and reference in one.</summary>
    public abstract Type ParametersType { get; }

    /// <summary>Makes an older version's parameters those of today; null when they have not changed.</summary>
    public Func<MapNode, double, MapNode>? Upgrade { get; init; }

    /// <summary>Gives the type and parameters of the node that stands for this one; null when it has no such operation.</summary>
    public Func<MapNode, (string Type, MapNode Parameters)?>? Redirect { get; init; }

    /// <summary>JSON Schema of its parameters, for forms and editors.</summary>
    public JsonObject Schema()
    {
        var schema = new JsonSchema(ParameterReader.Schemas);
        var finished = schema.Finish(schema.Record(ParametersType));
        if (Connector is null) return finished;
        finished["properties"]!["resource"]!["enum"] = new JsonArray([.. Connector.Operations.Keys]);
        finished["properties"]!["operation"]!["enum"] = new JsonArray([.. Connector.Operations.Values.SelectMany(o => o).Distinct(StringComparer.Ordinal).Select(o => (JsonNode)o)]);
        return finished;
    }

    /// <summary>Makes the node of one place in a workflow.</summary>
    public abstract Node Create(object parameters, NodeSetup setup);
}

/// <summary>n8n's name of a node type, and the versions of it whose parameters are understood.</summary>
public sealed record NodeAlias(string Type, double From = 1, double To = 99)
{
    /// <summary>What is different only for versions below one; null when there is nothing.</summary>
    public (double Below, string Difference)? Older { get; init; }
}

/// <summary>What a connector reaches.</summary>
/// <param name="Service">The service's name for people.</param>
/// <param name="Address">Where its API is; null when only the connection knows.</param>
/// <param name="Connections">The kinds of connection it takes; none when it needs none.</param>
/// <param name="Operations">Of every resource its operations.</param>
public sealed record ConnectorFacts(string Service, string? Address, IReadOnlyList<string> Connections, IReadOnlyDictionary<string, IReadOnlyList<string>> Operations);

/// <inheritdoc/>
/// <typeparam name="TNode">The node's class.</typeparam>
/// <typeparam name="TParameters">The record of its parameters.</typeparam>
public sealed class NodeDescriptor<TNode, TParameters>(Func<TParameters, NodeSetup, TNode> create) : NodeDescriptor
    where TNode : Node
    where TParameters : class
{
    public override Type ParametersType => typeof(TParameters);

    public override Node Create(object parameters, NodeSetup setup) => create((TParameters)parameters, setup);
}

/// <summary>What a node is given when its workflow is loaded.</summary>
/// <param name="Definition">The node as the document says it.</param>
/// <param name="Workflow">The workflow that it belongs to.</param>
/// <param name="Report">Reports what is wrong with a parameter: its dotted name and the message.</param>
public sealed record NodeSetup(NodeDefinition Definition, WorkflowDefinition Workflow, Action<string, string> Report)
{
    /// <summary>Says what is worth knowing of a parameter and keeps nothing from running.</summary>
    public Action<string, string> Warn { get; init; } = static (_, _) => { };

    /// <summary>Whether the node has n8n's name, and its rules: what n8n takes is not refused.</summary>
    public bool IsForeign => Definition.Type.Contains('.', StringComparison.Ordinal);

    /// <summary>The version of n8n's node that its parameters are of; the newest for a node of our own.</summary>
    public double Version => IsForeign ? Definition.TypeVersion : double.MaxValue;
}
