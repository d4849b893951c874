using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Data;

/// <summary>A value that has identity: an object, array, function, date and so on. Only this assembly makes kinds of it, so that no host object gets in.</summary>
public abstract class JsReference
{
    private protected JsReference()
    {
    }

    public abstract JsKind Kind { get; }

    /// <summary>
    /// The evaluation that made it, 0 for none. An expression changes in place only what it made itself; of everything else
    /// (items, other nodes' output) it changes a copy that only this one evaluation sees.
    /// </summary>
    internal long Owner { get; set; }

    /// <summary>What only scripts give to an object: a prototype, private and hidden members; null for plain data.</summary>
    internal ObjectTraits? Traits { get; set; }

    /// <summary>A field of its own that expressions can read; its methods are not among them.</summary>
    internal virtual bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = default;
        return false;
    }

    /// <summary>The number that it counts as in arithmetic and comparisons, such as a date's milliseconds; null for none.</summary>
    internal virtual double? NumberValue => null;

    /// <summary>What stands for it in JSON, as its <c>toJSON</c> would say; undefined when JSON cannot hold it.</summary>
    internal virtual JsValue ToJson() => this;

    /// <summary>Whether it counts as the same value as another reference (big integers do by value).</summary>
    internal virtual bool IsSame(JsReference other) => ReferenceEquals(this, other);
}
