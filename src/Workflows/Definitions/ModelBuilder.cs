using Sluice.Foundation.Errors;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Definitions;

/// <summary>Turns a definition into the model that runs, checking everything that can be known before a run.</summary>
public sealed class ModelBuilder
{
    private readonly WorkflowDefinition _definition;
    private readonly List<Problem> _problems;
    private readonly List<NodeModel> _nodes = [];
    private readonly Dictionary<string, NodeModel> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _differences = new(StringComparer.Ordinal);
    private readonly bool _standIns;

    /// <summary>The nodes, as problems name them, that something else stands in for.</summary>
    private readonly HashSet<string> _replaced = new(StringComparer.Ordinal);

    private ModelBuilder(WorkflowDefinition definition, IEnumerable<Problem> found, bool standIns)
    {
        _definition = definition;
        _problems = [.. found];
        _standIns = standIns;
    }

    /// <summary>Checks and compiles a workflow.</summary>
    /// <param name="definition">What was read.</param>
    /// <param name="found">The problems that reading it found; errors among them keep it from being used.</param>
    /// <param name="standIns">Whether a workflow is used in spite of nodes that are not supported: they fail the run when it reaches them, triggers give what a run is started with.</param>
    public static WorkflowCheck Build(WorkflowDefinition definition, IEnumerable<Problem>? found = null, bool standIns = false) => new ModelBuilder(definition, found ?? [], standIns).Build();

    private WorkflowCheck Build()
    {
        foreach (var node in _definition.Nodes)
            if (!IsReplaced(node)) Add(node);
        Connect();
        if (!_problems.Exists(KeepsFromUse)) GraphCheck.Run(_definition, _nodes, _problems);
        foreach (var name in _definition.PinData.Keys.Where(name => !_definition.Nodes.Any(n => string.Equals(n.Name, name, StringComparison.Ordinal))))
            _problems.Add(new Problem(_definition.Place, Workflow, $"pinData.{name}", "no node has this name", Severity.Warning));
        if (_definition.Settings.ExecutionOrder is "v0")
            _problems.Add(new Problem(_definition.Place, Workflow, "settings.executionOrder", "branches run one after the other as with v1, not side by side as with v0", Severity.Warning));
        var broken = _problems.Exists(KeepsFromUse);
        return new WorkflowCheck(broken ? null : new WorkflowModel(_definition, [.. _nodes]), _problems, [.. _definition.Nodes.Select(Report)]);
    }

    private bool KeepsFromUse(Problem problem) => problem.Severity == Severity.Error && !_replaced.Contains(problem.Object);

    private string Workflow => $"workflow \"{_definition.Name}\"";

    /// <summary>Of several nodes with one name n8n takes the last.</summary>
    private bool IsReplaced(NodeDefinition node)
    {
        var named = _definition.Nodes.Where(n => string.Equals(n.Name, node.Name, StringComparison.Ordinal)).ToList();
        if (named.Count == 1 || ReferenceEquals(named[^1], node) || !named.TrueForAll(n => n.Type.Contains('.', StringComparison.Ordinal))) return false;
        _problems.Add(new Problem(node.Place, DefinitionReader.NodeObject(_definition.Name, node.Name), "name", "a later node has this name: this one never runs", Severity.Warning));
        return true;
    }

    private void Add(NodeDefinition node)
    {
        var name = DefinitionReader.NodeObject(_definition.Name, node.Name);
        if (_byName.ContainsKey(node.Name))
        {
            _problems.Add(new Problem(node.Place, name, "name", "another node has this name"));
            return;
        }

        var disabled = node.Disabled ? Severity.Warning : Severity.Error;
        var (descriptor, refusal, alias) = NodeCatalog.Find(node.Type, node.TypeVersion);
        if (refusal is not null) _problems.Add(new Problem(node.Place, name, refusal.Value.Field, refusal.Value.Message, disabled));
        if (descriptor is { IsNote: true }) return;
        if (descriptor?.Redirect is { } redirect)
        {
            if (redirect(node.Parameters) is { } other)
            {
                descriptor = NodeCatalog.Find(other.Type, 1).Descriptor;
                node = node with { Parameters = other.Parameters };
            }
            else
            {
                _problems.Add(new Problem(node.Place, name, "parameters.operation", $"there is no operation '{node.Parameters.Text("operation")}'", disabled));
                descriptor = null;
            }
        }

        if (alias && descriptor is not null) AddDifferences(node, descriptor);

        var made = descriptor is null || node.Disabled ? new PassThroughNode() : Create(node, descriptor, name, alias);
        if (_standIns && !node.Disabled && (made is null || descriptor is null))
        {
            _replaced.Add(name);
            var isTrigger = descriptor?.IsTrigger ?? ForeignTypes.IsTrigger(node.Type);
            descriptor = isTrigger ? StandInNode.Trigger : StandInNode.Descriptor;
            var why = _problems.First(p => p.Severity == Severity.Error && string.Equals(p.Object, name, StringComparison.Ordinal));
            made = new StandInNode(isTrigger ? null : $"the node is not supported: {why.Message}", _definition.Edges.Where(e => string.Equals(e.From, node.Name, StringComparison.Ordinal)).Select(e => e.Output + 1).DefaultIfEmpty(1).Max());
        }

        if (made is null) return;
        var model = new NodeModel(_nodes.Count, node, descriptor ?? PassThroughNode.Descriptor, made) { Pinned = _definition.PinData.GetValueOrDefault(node.Name) };
        _nodes.Add(model);
        _byName.Add(node.Name, model);
    }

    private void AddDifferences(NodeDefinition node, NodeDescriptor descriptor)
    {
        var older = descriptor.Aliases.FirstOrDefault(a => string.Equals(a.Type, node.Type, StringComparison.Ordinal))?.Older;
        var differences = new[] { descriptor.Differs?.Invoke(node.Parameters, node.TypeVersion) is false ? null : descriptor.Difference, older is { } o && node.TypeVersion < o.Below ? o.Difference : null }.OfType<string>().ToList();
        if (differences.Count > 0) _differences[node.Name] = differences;
    }

    private Node? Create(NodeDefinition node, NodeDescriptor descriptor, string name, bool alias)
    {
        var problems = new List<Problem>();
        var parameters = descriptor.Upgrade is { } upgrade && alias ? upgrade(node.Parameters, node.TypeVersion) : node.Parameters;
        var record = ParameterReader.Read(descriptor.ParametersType, parameters, name, problems, alias ? Severity.Warning : Severity.Error);
        Node? made = null;
        if (record is not null)
        {
            void Report(string field, string message) => problems.Add(new Problem(node.Place, name, $"parameters.{field}", message));
            void Warn(string field, string message) => problems.Add(new Problem(node.Place, name, $"parameters.{field}", message, Severity.Warning));
            made = descriptor.Create(record, new NodeSetup(node, _definition, Report) { Warn = Warn });
        }

        _problems.AddRange(problems);
        return problems.Exists(p => p.Severity == Severity.Error) ? null : made;
    }

    private void Connect()
    {
        var names = _definition.Nodes.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var edges = new List<(NodeModel From, NodeModel.Edge Edge)>();
        foreach (var edge in _definition.Edges)
        {
            var field = $"connections.{edge.From}.{edge.Kind}[{edge.Output}]";
            if (!names.Contains(edge.From)) _problems.Add(new Problem(edge.Place, Workflow, field, "an edge from a node that is not there: it carries nothing", Severity.Warning));
            else if (!names.Contains(edge.To)) _problems.Add(new Problem(edge.Place, Workflow, field, $"an edge to '{edge.To}', which is not there"));
            if (!_byName.TryGetValue(edge.From, out var from) || !_byName.TryGetValue(edge.To, out var to)) continue;
            if (edge.Kind is not "main")
                ReportAttachment(edge, from, field);
            else if (edge.Output >= from.OutputCount && !from.Definition.Disabled)
                _problems.Add(new Problem(edge.Place, DefinitionReader.NodeObject(_definition.Name, edge.From), field, $"the node has {from.OutputCount} outputs: this edge carries nothing", Severity.Warning));
            else if (edge.Input >= to.Node.Inputs && !to.Definition.Disabled)
                _problems.Add(new Problem(edge.Place, DefinitionReader.NodeObject(_definition.Name, edge.From), field, $"'{edge.To}' has {to.Node.Inputs} inputs, not one with the index {edge.Input}"));
            else
                edges.Add((from, new NodeModel.Edge(edge.Output, to, edge.Input)));
        }

        foreach (var byNode in edges.GroupBy(e => e.From))
            byNode.Key.Edges = [.. byNode.Select(e => e.Edge).OrderByDescending(e => e.Target.Definition.Position[1]).ThenByDescending(e => e.Target.Definition.Position[0])];
        foreach (var byTarget in edges.GroupBy(e => e.Edge.Target)) (byTarget.Key.ConnectedInputs, byTarget.Key.Sources) = (byTarget.Max(e => e.Edge.Input) + 1, [.. byTarget.OrderBy(e => e.Edge.Input).Select(e => (e.From, e.Edge.Output))]);
    }

    /// <summary>Models, memories and tools hang on agents by edges of their own. Where the node itself is not supported, that says it all.</summary>
    private void ReportAttachment(EdgeDefinition edge, NodeModel from, string field)
    {
        var name = DefinitionReader.NodeObject(_definition.Name, edge.From);
        if (!edge.Kind.StartsWith("ai_", StringComparison.Ordinal))
        {
            _problems.Add(new Problem(edge.Place, name, field, $"edges are of the kind 'main'; one of the kind '{edge.Kind}' carries nothing", Severity.Warning));
            return;
        }

        if (!_problems.Exists(p => p.Severity == Severity.Error && string.Equals(p.Object, name, StringComparison.Ordinal)))
            _problems.Add(new Problem(edge.Place, name, field, $"edges of the kind '{edge.Kind}' are not supported", from.Definition.Disabled ? Severity.Warning : Severity.Error));
        if (_standIns) _replaced.Add(name);
    }

    private NodeReport Report(NodeDefinition node)
    {
        var name = DefinitionReader.NodeObject(_definition.Name, node.Name);
        var own = _problems.Where(p => string.Equals(p.Object, name, StringComparison.Ordinal)).ToList();
        var differences = (_differences.GetValueOrDefault(node.Name) ?? []).ToList();
        var verdict = own.Exists(p => p.Severity == Severity.Error) ? NodeVerdict.NotSupported
            : differences.Count > 0 || own.Exists(p => p.Message is not GraphCheck.Unreached) ? NodeVerdict.RunsWithDifferences : NodeVerdict.Runs;
        return new NodeReport(node.Name, node.Type, verdict, [.. own.Select(p => p.Field.Length > 0 ? $"{p.Field}: {p.Message}" : p.Message), .. differences]);
    }
}
