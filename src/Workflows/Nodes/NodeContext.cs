using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes;

/// <summary>One execution of a node within one run.</summary>
public sealed class NodeContext
{
    private static readonly IReadOnlyList<Item> None = [];
    private Scope? _scope;

    internal NodeContext(Run run, NodeRun nodeRun, CancellationToken cancellation)
    {
        Run = run;
        NodeRun = nodeRun;
        Cancellation = cancellation;
        Items = Input(0);
    }

    /// <summary>The run that it belongs to.</summary>
    public Run Run { get; }

    internal NodeRun NodeRun { get; }

    /// <summary>The node as its workflow has it.</summary>
    public NodeModel Node => NodeRun.Node;

    /// <summary>The items of the first input.</summary>
    public IReadOnlyList<Item> Items { get; }

    /// <summary>What expressions see; its item index is set for each evaluation.</summary>
    internal Scope Scope => _scope ??= RunScope.Of(this);

    /// <summary>What a call to another system says of the trace that it belongs to (<c>traceparent</c>); null when nobody keeps traces.</summary>
    public string? TraceParent => NodeRun.Span?.Id;

    /// <summary>How often the node ran before in this run.</summary>
    public int RunIndex => NodeRun.Index;

    /// <summary>Ends when the run or this execution is cancelled or out of time; whatever waits must obey it.</summary>
    public CancellationToken Cancellation { get; }

    public NodeServices Services => Run.Services;

    public TimeProvider Time => Run.Services.Time;

    /// <summary>Whether an item that fails becomes an item that says so, instead of ending the run.</summary>
    public bool ContinueOnFail => NodeRun.Node.ContinueOnFail;

    /// <summary>What the node left at the end of its last execution in this run, and leaves for the next; survives a restart of the process.</summary>
    public JsValue State
    {
        get => NodeRun.State;
        set => NodeRun.State = value;
    }

    /// <summary>The items of an input; none when nothing came in, the first only where the node says so. Expressions see the others, too.</summary>
    public IReadOnlyList<Item> Input(int index) => InputOf(NodeRun, index);

    /// <summary>The items of the first input of an earlier (or this) execution of the node in this run.</summary>
    public IReadOnlyList<Item> EarlierInput(int runIndex) => InputOf(Run.State.Runs[Node.Index]![runIndex], 0);

    private static IReadOnlyList<Item> InputOf(NodeRun run, int index)
    {
        var items = index < run.Inputs.Length ? run.Inputs[index] ?? None : None;
        return items.Count > 1 && run.Node.Definition.ExecuteOnce ? [NodeOutcome.Passed(items, 0, index)] : items;
    }

    /// <summary>The zone of times that name none.</summary>
    public TimeZoneInfo TimeZone => Run.Model.TimeZone;

    /// <summary>An item of the first input, paired with itself, for passing on.</summary>
    public Item Same(int index)
    {
        var item = Items[index];
        return item.PairedItems is [{ Input: 0, Run: null } own] && own.Item == index ? item : new Item(item.Json) { Binary = item.Binary, PairedItems = Positions.Of(index) };
    }

    /// <summary>The item that stands for one that failed.</summary>
    public Item Failed(int index, Exception error) => new(new JsObject(1) { ["error"] = error.Message }) { Error = error.Message, PairedItems = [new PairedItem(index)] };

    /// <summary>Adds lines that the node's code wrote to the run's log.</summary>
    public void Log(IEnumerable<string> lines) => NodeRun.Lines = [.. NodeRun.Lines ?? [], .. lines];

    /// <summary>Gives the answer for the caller that waits for this run; nothing happens when nobody waits any more.</summary>
    public void Respond(WebhookResponse response) => Run.Respond(response);
}
