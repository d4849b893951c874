using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Extensions;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>The arguments of a call.</summary>
internal sealed class ArgumentList(ExpressionNode[] parts)
{
    private readonly bool _hasSpread = parts.Any(p => p is SpreadNode);

    public JsValue Call(Frame frame, JsFunction function, JsValue self)
    {
        if (parts.Length == 0) return frame.Evaluator.Call(function, self, []);
        if (_hasSpread || parts.Length > ArgumentBuffer.Size) return frame.Evaluator.Call(function, self, ToArray(frame).Span);
        var buffer = default(ArgumentBuffer);
        for (var i = 0; i < parts.Length; i++) buffer[i] = parts[i].Evaluate(frame);
        return frame.Evaluator.Call(function, self, ((Span<JsValue>)buffer)[..parts.Length]);
    }

    public JsArray ToArray(Frame frame)
    {
        var array = frame.Evaluator.NewArray(parts.Length);
        foreach (var part in parts)
        {
            if (part is SpreadNode spread) spread.AddTo(frame, array);
            else array.Add(part.Evaluate(frame));
        }

        return array;
    }
}

/// <summary><c>f(x)</c>, where f is not read from an object.</summary>
internal sealed class CallNode(ExpressionNode function, ArgumentList arguments, bool optional, string text) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = function.Evaluate(frame);
        if (value.IsHole || (optional && value.IsNullish)) return JsValue.Hole;
        if (value.AsReference is not JsFunction callable) throw JsThrow.Type($"{text} is not a function");
        return frame.Evaluator.Adopt(arguments.Call(frame, callable, default));
    }
}

/// <summary><c>a.name(x)</c>: a method of the value, or one that n8n gives to every value of the type.</summary>
/// <param name="isExtension">Whether some type has an extension of that name.</param>
internal sealed class MethodCallNode(ExpressionNode target, string name, bool optionalTarget, bool optionalCall, bool isExtension, ArgumentList arguments, string text) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var self = target.Evaluate(frame);
        if (self.IsHole) return self;
        if (optionalTarget && self.IsNullish) return JsValue.Hole;
        if (isExtension && frame.Evaluator.Jobs is null && ExtensionMethods.Find(frame.Evaluator, name, ref self) is { } extension) return arguments.Call(frame, extension, self);
        var method = Properties.Get(frame.Evaluator, self, name);
        if (method.AsReference is JsFunction function) return frame.Evaluator.Adopt(arguments.Call(frame, function, self));
        if (isExtension && frame.Evaluator.Jobs is not null && ExtensionMethods.Find(frame.Evaluator, name, ref self) is { } late) return arguments.Call(frame, late, self);
        if (optionalCall && method.IsNullish) return JsValue.Hole;
        throw JsThrow.Type($"{text} is not a function");
    }
}

/// <summary><c>a[key](x)</c>.</summary>
internal sealed class IndexCallNode(ExpressionNode target, ExpressionNode key, bool optionalTarget, bool optionalCall, ArgumentList arguments) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var self = target.Evaluate(frame);
        if (self.IsHole) return self;
        if (optionalTarget && self.IsNullish) return JsValue.Hole;
        var name = key.Evaluate(frame);
        var method = Properties.Get(frame.Evaluator, self, name);
        if (method.AsReference is JsFunction function) return frame.Evaluator.Adopt(arguments.Call(frame, function, self));
        if (optionalCall && method.IsNullish) return JsValue.Hole;
        throw JsThrow.Type($"{(name.AsReference is JsSymbol symbol ? symbol.ToString() : Coerce.ToText(frame.Evaluator, name))} is not a function");
    }
}

internal sealed class NewNode(ExpressionNode type, ArgumentList arguments, string text) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        if (type.Evaluate(frame).AsReference is not JsFunction function) throw JsThrow.Type($"{text} is not a constructor");
        return frame.Evaluator.Construct(function, arguments.ToArray(frame).Span, function);
    }
}
