using System.Text.Json.Nodes;
using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.ExecuteWorkflow;

/// <summary>Which workflow is run, and with what.</summary>
[CamelCase]
internal sealed record ExecuteWorkflowParameters
{
    /// <summary>Whether the workflow is one that is loaded (<c>database</c>) or stands here (<c>parameter</c>).</summary>
    [OneOf("database", "parameter")]
    public string Source { get; init; } = "database";

    /// <summary>The workflow's name or id.</summary>
    public Parameter<string> WorkflowId { get; init; } = "";

    /// <summary>The workflow itself, as JSON.</summary>
    [AllowEmpty]
    public string WorkflowJson { get; init; } = "";

    /// <summary>Whether it runs once with all items, or once for each.</summary>
    [OneOf("once", "each")]
    public string Mode { get; init; } = "once";

    /// <summary>Fields that the items get.</summary>
    public WorkflowInputs WorkflowInputs { get; init; } = new();

    /// <summary>More about the call.</summary>
    public ExecuteWorkflowOptions Options { get; init; } = new();
}

/// <summary>Fields that the items get.</summary>
[CamelCase]
internal sealed record WorkflowInputs
{
    /// <summary>How fields are chosen.</summary>
    public string? MappingMode { get; init; }

    /// <summary>Fields by name that the items get besides their own.</summary>
    public Parameter<JsValue> Value { get; init; } = new(default);

    /// <summary>For editors; of a field that is <c>removed</c> here the items lose theirs.</summary>
    public System.Text.Json.Nodes.JsonNode? Schema { get; init; }

    /// <summary>For editors.</summary>
    public System.Text.Json.Nodes.JsonNode? MatchingColumns { get; init; }

    /// <summary>For editors.</summary>
    public bool AttemptToConvertTypes { get; init; }

    /// <summary>For editors.</summary>
    public bool ConvertFieldsToString { get; init; }
}

/// <summary>More about the call.</summary>
[CamelCase]
internal sealed record ExecuteWorkflowOptions
{
    /// <summary>Whether the node waits for the other workflow's end and gives what it gives.</summary>
    public Parameter<bool> WaitForSubWorkflow { get; init; } = true;
}

/// <summary>Runs another workflow.</summary>
internal sealed class ExecuteWorkflowNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ExecuteWorkflowNode, ExecuteWorkflowParameters>((p, s) => new(p, s))
    {
        Type = "execute-workflow",
        Summary = "Runs another workflow.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.executeWorkflow", 1, 1.3)],
        Upgrade = static (old, _) => old["workflowId"] is MapNode { Entries.Count: 0 } none ? old.With("workflowId", DocumentData.Text(none.Place, "")) : old,
    };

    private readonly ExecuteWorkflowParameters _parameters;
    private readonly WorkflowModel? _inline;
    private readonly string[] _removed;

    public ExecuteWorkflowNode(ExecuteWorkflowParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _removed = [.. (parameters.WorkflowInputs.Schema as JsonArray ?? []).OfType<JsonObject>().Where(f => f["removed"]?.ToString() is "true").Select(f => (f["displayName"] ?? f["id"])?.ToString() ?? "")];
        if (parameters.Source is "database")
        {
            if (!IsDraft) return;
            if (setup.IsForeign) setup.Warn("workflowId", "no workflow is chosen: it fails when it runs");
            else setup.Report("workflowId", "required field missing");
            return;
        }

        var problems = new List<Problem>();
        var (root, unreadable) = DocumentParser.Parse(setup.Definition.Name, Encoding.UTF8.GetBytes(parameters.WorkflowJson), DocumentFormat.Json);
        if (unreadable is not null) problems.Add(unreadable);

        // Not by the name that it gives itself, which could be that of a workflow of somebody else: what is kept, counted and lent by name is not for it.
        var named = root is MapNode map ? map.With("name", new ScalarNode(map.Place, ScalarKind.String, $"{setup.Workflow.Name} / {setup.Definition.Name}")) : root;
        var definition = named is null ? null : DefinitionReader.Read(named, problems);
        var check = definition is null ? null : ModelBuilder.Build(definition, problems);
        foreach (var problem in (check?.Problems ?? problems).Where(p => p.Severity == Severity.Error)) setup.Report("workflowJson", $"{problem.Object}: {problem.Field}: {problem.Message}");
        _inline = check?.Model;
    }

    /// <summary>An editor saves a node whose workflow was not chosen yet.</summary>
    private bool IsDraft => _parameters is { Source: "database", WorkflowId: { IsLiteral: true, Literal: "" } };

    // What was stored of the other workflow's run is taken up again; of one that is not stored nobody knows how far it was.
    public override bool Idempotent => true;

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (IsDraft) throw new NodeException("no workflow is chosen: workflowId is empty") { Retryable = false };
        if (context.Services.RunWorkflow is not { } run) throw new NodeException("nothing here runs other workflows") { Retryable = false };
        if (_parameters.Mode is "once") return NodeResult.Of(await RunAsync(context, run, -1, Prepare(context)));
        var results = new List<Item>();
        var inputs = Prepare(context);
        for (var i = 0; i < inputs.Count; i++)
        {
            try
            {
                foreach (var item in await RunAsync(context, run, i, [inputs[i]])) results.Add(new Item(item.Json) { Binary = item.Binary, PairedItems = Positions.Of(i) });
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                results.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(results);
    }

    private async ValueTask<IReadOnlyList<Item>> RunAsync(NodeContext context, Func<SubRun, ValueTask<RunResult>> run, int index, IReadOnlyList<Item> items)
    {
        var at = Math.Max(0, index);
        var wait = _parameters.Options.WaitForSubWorkflow.Get(context, at);
        var result = await run(new SubRun(context.Run, context.NodeRun, at, _inline is null ? _parameters.WorkflowId.Get(context, at) : "", _inline, items, wait, context.Cancellation));
        if (!wait) return index < 0 ? context.Items : [context.Items[at]];
        return result.Phase switch
        {
            RunPhase.Succeeded => result.Last,
            RunPhase.NeedsDecision => throw new NodeException($"the run {result.Id} of the other workflow needs a person's decision") { Retryable = false },
            RunPhase.Cancelled => throw new NodeException("the other workflow's run was cancelled") { Retryable = false },
            _ => throw new NodeException(result.Error?.Message ?? "the other workflow's run failed") { ItemIndex = index, Retryable = result.Error is null },
        };
    }

    /// <summary>The items with the fields that are chosen, and without those that were taken away.</summary>
    private IReadOnlyList<Item> Prepare(NodeContext context)
    {
        if (_removed.Length == 0 && _parameters.WorkflowInputs.Value is { IsLiteral: true, Literal.AsObject: not { Count: > 0 } }) return context.Items;
        var inputs = new Item[context.Items.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            var json = context.Items[i].Json.Clone();
            if (_parameters.WorkflowInputs.Value.Get(context, i).AsObject is { } given)
                foreach (var (name, value) in given) json.Set(name, value);
            foreach (var name in _removed) json.Remove(name);
            inputs[i] = new Item(json) { Binary = context.Items[i].Binary, PairedItems = Positions.Of(i) };
        }

        return inputs;
    }
}
