using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>A variable of the running function.</summary>
internal sealed class LocalNode(int slot) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = frame.Slots[slot];
        return value.AsLongText is { } text ? text.Read(frame.Evaluator) : value;
    }
}

/// <summary>A variable of a function around the running one.</summary>
internal sealed class OuterNode(int levels, int slot) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        for (var i = 0; i < levels; i++) frame = frame.Parent!;
        var value = frame.Slots[slot];
        return value.AsLongText is { } text ? text.Read(frame.Evaluator) : value;
    }
}

/// <summary>One of the names that every expression knows, such as <c>$json</c> or <c>Math</c>.</summary>
internal sealed class RootNode(Func<Evaluator, JsValue> read) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => frame.Evaluator.Adopt(read(frame.Evaluator));
}

/// <summary>A bare name that is no root: a field of the current item.</summary>
internal sealed class ItemFieldNode(string name, bool mayBeMissing) : ExpressionNode
{
    private int _hint;

    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var scope = evaluator.Scope;
        if (scope.ExtraRoots is { } extra && extra.TryGetValue(name, out var root)) return evaluator.Adopt(root);
        if (scope.CurrentItem is { } item && item.Json.TryGet(name, ref _hint, out var value))
        {
            // The field of the item is the one that code changes, so it has to be reached through the item.
            return evaluator.Adopt(item.Json).AsObject is { } own && !ReferenceEquals(own, item.Json) ? evaluator.Field(own, name, own[name]) : value;
        }

        return mayBeMissing ? default : throw JsThrow.Reference($"{name} is not defined");
    }
}

/// <summary>One of the names that a script is given.</summary>
internal sealed class GivenNode(string name) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        return evaluator.Globals?.TryGet(name, out var assigned) == true ? assigned : evaluator.Adopt(evaluator.Scope.ExtraRoots![name]);
    }
}

/// <summary>A name that a script does not know, unless it has assigned to it.</summary>
internal sealed class MissingNode(string name, bool mayBeMissing) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => frame.Evaluator.Globals?.TryGet(name, out var value) == true ? value : mayBeMissing ? default : throw JsThrow.Reference($"{name} is not defined");
}

/// <summary>A name that no declaration made: as in any sloppy script it belongs to the whole of it.</summary>
internal sealed class GlobalTarget(string name) : Target
{
    public override void Assign(Frame frame, JsValue value) => frame.Evaluator.Set(frame.Evaluator.Globals ??= frame.Evaluator.NewObject(), name, value);
}

internal sealed class ThisNode : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => frame.Self;
}

internal sealed class LocalTarget(int slot) : Target
{
    public int Slot => slot;

    public override void Assign(Frame frame, JsValue value) => frame.Slots[slot] = value;
}

internal sealed class OuterTarget(int levels, int slot) : Target
{
    public int Levels => levels;

    public int Slot => slot;

    public override void Assign(Frame frame, JsValue value)
    {
        for (var i = 0; i < levels; i++) frame = frame.Parent!;
        frame.Slots[slot] = value;
    }
}

internal sealed class ConstantTarget : Target
{
    public override void Assign(Frame frame, JsValue value) => throw JsThrow.Type("Assignment to constant variable.");
}
