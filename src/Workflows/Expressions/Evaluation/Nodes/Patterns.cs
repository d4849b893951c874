using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary><c>a = default</c> in a pattern.</summary>
internal sealed class DefaultTarget(Target target, ExpressionNode missing) : Target
{
    public override void Assign(Frame frame, JsValue value) => target.Assign(frame, value.IsUndefined ? missing.Evaluate(frame) : value);
}

/// <summary><c>[a, , b, ...rest]</c>; a null part skips an element.</summary>
internal sealed class ArrayPattern(Target?[] parts, Target? rest) : Target
{
    public override void Assign(Frame frame, JsValue value)
    {
        var evaluator = frame.Evaluator;
        using var source = Iteration.Of(evaluator, value).GetEnumerator();
        var more = true;
        foreach (var part in parts)
        {
            more = more && source.MoveNext();
            part?.Assign(frame, more ? source.Current : default);
        }

        if (rest is null) return;
        var others = evaluator.NewArray();
        while (more && (more = source.MoveNext())) evaluator.Push(others, source.Current);
        rest.Assign(frame, others);
    }
}

/// <summary><c>{a, b: c, ...rest}</c>.</summary>
internal sealed class ObjectPattern((ExpressionNode Key, Target Target)[] parts, Target? rest) : Target
{
    public override void Assign(Frame frame, JsValue value)
    {
        var evaluator = frame.Evaluator;
        if (value.IsNullish) throw JsThrow.Type($"Cannot destructure '{value}' as it is {value}.");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, target) in parts)
        {
            var name = Coerce.ToName(evaluator, key.Evaluate(frame));
            taken.Add(name);
            target.Assign(frame, Properties.Get(evaluator, value, name));
        }

        if (rest is null) return;
        var others = evaluator.NewObject();
        ObjectLibrary.CopyFields(evaluator, value, others, taken);
        rest.Assign(frame, others);
    }
}
