using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions;

/// <summary>
/// What an expression can see. One scope serves the evaluations of one node, one after the other: set <see cref="ItemIndex"/> and evaluate again.
/// It must not be used by two threads at a time.
/// </summary>
public class Scope
{
    private Evaluator? _evaluator;

    /// <summary>The items that came into the node.</summary>
    public IReadOnlyList<Item> Items { get; set; } = [];

    /// <summary>Which of <see cref="Items"/> the expression is evaluated for.</summary>
    public int ItemIndex { get; set; }

    /// <summary>How often the node ran before in this run.</summary>
    public int RunIndex { get; set; }

    /// <summary>The output of another node by its name, for <c>$('Name')</c>; null when the workflow has no such node.</summary>
    public Func<string, NodeOutput?>? Nodes { get; set; }

    /// <summary>The node that the items came from.</summary>
    public PreviousNode? PreviousNode { get; set; }

    /// <summary><c>$parameter</c>: the node's own parameters, already resolved as far as they are.</summary>
    public JsObject? Parameters { get; set; }

    /// <summary><c>$workflow</c>: id, name, active.</summary>
    public JsObject? Workflow { get; set; }

    /// <summary><c>$execution</c>: id, mode, resumeUrl, customData; made when an expression asks.</summary>
    public Func<JsObject>? Execution { get; set; }

    /// <summary><c>$vars</c>.</summary>
    public JsObject? Variables { get; set; }

    /// <summary><c>$secrets</c>; null where secrets may not be read.</summary>
    public JsObject? Secrets { get; set; }

    /// <summary><c>$env</c>: one variable of the environment by name, or undefined; null where the environment may not be read.</summary>
    public Func<string, JsValue>? Environment { get; set; }

    /// <summary><c>$pageCount</c>, <c>$response</c>, <c>$request</c> and other roots that only one node has, by name with the dollar sign.</summary>
    public IReadOnlyDictionary<string, JsValue>? ExtraRoots { get; set; }

    /// <summary>Gives a file that code is shown a way to its content; null where there is none.</summary>
    internal Action<JsObject>? Attach { get; set; }

    /// <summary><c>$nodeVersion</c>.</summary>
    public double NodeVersion { get; set; } = 1;

    /// <summary><c>$nodeId</c>.</summary>
    public string NodeId { get; set; } = "";

    /// <summary>What <c>$now</c>, <c>$today</c>, <c>new Date()</c> and <c>DateTime.now()</c> read.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The zone of dates that name none.</summary>
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>What <c>Math.random()</c> and <c>randomItem()</c> draw from.</summary>
    public Random Random { get; set; } = Random.Shared;

    public ExpressionLimits Limits { get; set; } = ExpressionLimits.Default;

    /// <summary>
    /// Whether an expression that throws fails. Otherwise it gives undefined, as in n8n, where <c>{{ $json.user.name }}</c> of an item without a user is
    /// simply empty and workflows rely on it. Budgets and refusals fail in either case.
    /// </summary>
    public bool Strict { get; set; }

    /// <summary>The item the expression is evaluated for; null when there is none.</summary>
    public Item? CurrentItem => (uint)ItemIndex < (uint)Items.Count ? Items[ItemIndex] : null;

    internal Evaluator Rent()
    {
        var evaluator = _evaluator ?? new Evaluator(this);
        _evaluator = null;
        return evaluator;
    }

    internal void Return(Evaluator evaluator) => _evaluator = evaluator;
}
