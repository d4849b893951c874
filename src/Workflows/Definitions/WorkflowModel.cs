using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Definitions;

/// <summary>A workflow, checked, with everything compiled and every name resolved: what runs run on. Never changes.</summary>
public sealed class WorkflowModel
{
    private readonly Dictionary<string, NodeModel> _byName;
    private string? _documentText;
    private JsObject? _asData;

    internal WorkflowModel(WorkflowDefinition definition, NodeModel[] nodes)
    {
        Definition = definition;
        Nodes = nodes;
        _byName = nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        TimeZone = TimeZoneInfo.TryFindSystemTimeZoneById(definition.Settings.Timezone, out var zone) ? zone : TimeZoneInfo.Utc;
        Timeout = definition.Settings.ExecutionTimeout > 0 ? TimeSpan.FromSeconds(definition.Settings.ExecutionTimeout) : null;
    }

    public WorkflowDefinition Definition { get; }

    public string Name => Definition.Name;

    public IReadOnlyList<NodeModel> Nodes { get; }

    public WorkflowSettings Settings => Definition.Settings;

    /// <summary>How long a run may take; null for no limit.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The zone of times that name none; UTC where the machine does not know the workflow's.</summary>
    public TimeZoneInfo TimeZone { get; }

    /// <summary>Whether runs are stored.</summary>
    public bool Durable => Settings.Durability == Durability.Checkpoint;

    /// <summary>The nodes that a run can begin with.</summary>
    public IEnumerable<NodeModel> Triggers => Nodes.Where(n => n.Descriptor.IsTrigger && !n.Definition.Disabled);

    /// <summary>The first node that waits for a call; null when none does.</summary>
    public NodeModel? WaitsForCall => Nodes.FirstOrDefault(n => n.Node is Nodes.Wait.IWaitsForCall { OnCall: true } && !n.Definition.Disabled);

    /// <summary><c>$workflow</c>.</summary>
    internal JsObject AsData => _asData ??= new JsObject { ["id"] = Definition.Id ?? Definition.Name, ["name"] = Definition.Name, ["active"] = true };

    /// <summary>The document as it is stored beside runs.</summary>
    internal string DocumentText => _documentText ??= JsJson.WriteString(Definition.Document);

    /// <summary>The node of that name, or null.</summary>
    public NodeModel? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>One node of a <see cref="WorkflowModel"/>.</summary>
public sealed class NodeModel
{
    private JsObject? _parametersAsData;

    internal NodeModel(int index, NodeDefinition definition, NodeDescriptor descriptor, Node node)
    {
        Index = index;
        Definition = definition;
        Descriptor = descriptor;
        Node = node;
        ErrorOutput = definition.OnError is "continueErrorOutput";
        ContinueOnFail = ErrorOutput || definition.OnError is "continueRegularOutput" || (definition.OnError is null && definition.ContinueOnFail);
        Idempotent = definition.Idempotent ?? node.Idempotent;
        (Tries, WaitBetweenTries) = !definition.RetryOnFail ? (1, 0)
            : definition.Type.Contains('.', StringComparison.Ordinal) ? (Math.Clamp(definition.MaxTries is 0 ? 3 : definition.MaxTries, 2, 5), Math.Clamp(definition.WaitBetweenTries is 0 ? 1000 : definition.WaitBetweenTries, 0, 5000))
            : (Math.Max(1, definition.MaxTries), definition.WaitBetweenTries);
        Timeout = definition.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>Its place in <see cref="WorkflowModel.Nodes"/>.</summary>
    public int Index { get; }

    public string Name => Definition.Name;

    public NodeDefinition Definition { get; }

    public NodeDescriptor Descriptor { get; }

    public Node Node { get; }

    /// <summary>Whether items that fail leave by an output of their own, the last.</summary>
    public bool ErrorOutput { get; }

    /// <summary>Whether the run goes on when it fails.</summary>
    public bool ContinueOnFail { get; }

    public bool Idempotent { get; }

    /// <summary>How often it is tried at most: 2 to 5 times for a node with n8n's name, as there.</summary>
    public int Tries { get; }

    /// <summary>Milliseconds before the second try: at most 5000 for a node with n8n's name, as there.</summary>
    public double WaitBetweenTries { get; }

    /// <summary>How long one execution may take; null for no limit of its own.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>Whether a circle through it can end: it may send items elsewhere or give none.</summary>
    internal bool EndsLoops => Node.IsLoop || ErrorOutput;

    /// <summary>How many outputs it has, the one for failed items included.</summary>
    public int OutputCount => Node.Outputs + (ErrorOutput ? 1 : 0);

    /// <summary><c>$parameter</c>: the parameters as they are written.</summary>
    internal JsObject ParametersAsData => _parametersAsData ??= Definition.Parameters.ToJs().AsObject!;

    /// <summary>Where its items go, the bottom and right of the canvas first: the last one put on the stack runs first.</summary>
    internal Edge[] Edges { get; set; } = [];

    /// <summary>Where its items come from, by input and then as the document lists the edges.</summary>
    internal (NodeModel From, int Output)[] Sources { get; set; } = [];

    /// <summary>How many inputs are served by edges, counted to the last one that is.</summary>
    internal int ConnectedInputs { get; set; }

    /// <summary>Every node from which items can come here, directly or not.</summary>
    internal HashSet<int> Ancestors { get; } = [];

    /// <summary>What stands in for its output in test runs; null when nothing does.</summary>
    internal IReadOnlyList<Item>? Pinned { get; set; }

    public override string ToString() => Name;

    internal readonly record struct Edge(int Output, NodeModel Target, int Input);
}
