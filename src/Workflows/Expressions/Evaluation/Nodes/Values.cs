using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

internal sealed class LiteralNode(JsValue value) : ExpressionNode
{
    public JsValue Value { get; } = value;

    public override JsValue Evaluate(Frame frame) => Value;
}

/// <summary>A piece of mixed text: text, or code with the size of its frame.</summary>
internal readonly record struct TemplatePart(string? Text, ExpressionNode? Code, int FrameSize);

/// <summary>Text with codes in it. As in n8n each code stands alone: one that throws leaves its place empty.</summary>
internal sealed class MixedTextNode(TemplatePart[] parts) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var piece = part.Text ?? Text(evaluator, evaluator.RunPart(part.Code!, part.FrameSize));
            evaluator.AllocateText(piece.Length);
            text.Append(piece);
        }

        return text.ToString();
    }

    /// <summary>Undefined, null and NaN are written as nothing; everything else as JavaScript's join does it.</summary>
    private static string Text(Evaluator evaluator, JsValue value) =>
        value.IsNullish || (value.IsNumber && double.IsNaN(value.AsNumber)) ? "" : Coerce.ElementText(evaluator, value, 0);
}

/// <summary><c>`a ${b} c`</c>.</summary>
internal sealed class TemplateNode(string[] texts, ExpressionNode[] values) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var text = new StringBuilder(texts[0]);
        for (var i = 0; i < values.Length; i++)
        {
            var piece = Coerce.ToText(frame.Evaluator, values[i].Evaluate(frame));
            frame.Evaluator.AllocateText(piece.Length + texts[i + 1].Length);
            text.Append(piece).Append(texts[i + 1]);
        }

        return text.ToString();
    }
}

internal sealed class RegularExpressionNode(RegexProgram program) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => frame.Evaluator.Own(new JsRegExp(program));
}

/// <summary><c>[a, , ...b]</c>; a null part is a hole.</summary>
internal sealed class ArrayNode(ExpressionNode?[] parts) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var array = frame.Evaluator.NewArray(parts.Length);
        foreach (var part in parts)
        {
            if (part is SpreadNode spread) spread.AddTo(frame, array);
            else if (part is null) array.Add(JsValue.Hole);
            else array.Add(part.Evaluate(frame));
        }

        return array;
    }
}

/// <summary><c>...a</c> between brackets or parentheses.</summary>
internal sealed class SpreadNode(ExpressionNode source) : ExpressionNode
{
    public ExpressionNode Source => source;

    public override JsValue Evaluate(Frame frame) => throw new InvalidOperationException("a spread has no value of its own");

    public void AddTo(Frame frame, JsArray array)
    {
        foreach (var value in Iteration.Of(frame.Evaluator, source.Evaluate(frame))) frame.Evaluator.Push(array, value);
    }
}

/// <summary>One field of an object literal: with a fixed name, a computed one, or the fields of another object.</summary>
/// <param name="Accessor">Whether the value is a function that gets or sets the field.</param>
internal readonly record struct FieldPart(string? Name, ExpressionNode? Key, ExpressionNode Value, string? Accessor = null);

internal sealed class ObjectNode(FieldPart[] parts) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var result = evaluator.NewObject(parts.Length);
        foreach (var part in parts)
        {
            if (part.Accessor is not null) SetAccessor(frame, result, part);
            else if (part.Name is not null) result.Set(part.Name, part.Value.Evaluate(frame));
            else if (part.Key is not null)
            {
                var name = Coerce.ToName(evaluator, part.Key.Evaluate(frame));
                Properties.Define(evaluator, result, name, part.Value.Evaluate(frame));
            }
            else ObjectLibrary.CopyFields(evaluator, ((SpreadNode)part.Value).Source.Evaluate(frame), result);
        }

        return result;
    }

    private static void SetAccessor(Frame frame, JsObject result, FieldPart part)
    {
        var evaluator = frame.Evaluator;
        var name = part.Name ?? Coerce.ToName(evaluator, part.Key!.Evaluate(frame));
        var function = (JsFunction)part.Value.Evaluate(frame).AsReference!;
        var traits = ObjectTraits.Of(result);
        var accessor = part.Accessor == "get" ? new JsAccessor(function, null) : new JsAccessor(null, function);
        Properties.Define(evaluator, result, name, accessor.Over(result.TryGet(name, out var before) ? before : traits.Hidden?[name] ?? default));
    }
}

internal sealed class FunctionNode(FunctionCode code) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => frame.Evaluator.Own(new Closure(code, frame));
}
