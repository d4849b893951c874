using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Nodes.Dates;

/// <summary>Dates of items as the nodes for dates understand them: numbers of seconds or milliseconds, and text in the forms that expressions read.</summary>
internal sealed class DateReader(NodeContext context, int index)
{
    private static readonly CompiledExpression FromMilliseconds = Code("DateTime.fromMillis($a).setZone($zone)");
    private static readonly CompiledExpression FromText = Code("$a.toDateTime().setZone($zone)");
    private static readonly CompiledExpression FromFormat = Code("DateTime.fromFormat($a, $format, {zone: $zone})");
    private static readonly CompiledExpression InZone = Code("$a.setZone($zone)");

    /// <summary>What is a number, or text that is one: with up to 11 digits it counts seconds, otherwise milliseconds. Null for anything else.</summary>
    public JsDateTime? Number(JsValue value, string zone)
    {
        var number = value.Kind switch
        {
            JsKind.Number => value.AsNumber,
            JsKind.Boolean => value.IsTrue ? 1 : 0,
            JsKind.Null => 0,
            JsKind.String => NumberText.ToNumber(value.AsString!),
            _ => double.NaN,
        };
        if (!double.IsFinite(number)) return null;
        if (number % 1 != 0) number *= 1000;
        return Milliseconds(number % 1 == 0 && JsNumberText.Format(number).Length < 12 ? number * 1000 : number, zone);
    }

    public JsDateTime? Milliseconds(double milliseconds, string zone) => Evaluate(FromMilliseconds, Math.Round(milliseconds), zone);

    /// <summary>What is a date already, or text in a usual form; without a zone it is of the given one. Null for anything else.</summary>
    public JsDateTime? Text(JsValue value, string zone)
    {
        if (value.AsReference is JsDateTime time) return In(time, zone);
        if (value.AsReference is JsDate date) return Milliseconds(date.Milliseconds, zone);
        return value.AsString is { } text ? Evaluate(FromText, text, zone) : null;
    }

    /// <param name="format">In luxon's letters.</param>
    public JsDateTime? ByFormat(string text, string format, string zone) => Evaluate(FromFormat, text, zone, format);

    public JsDateTime In(JsDateTime time, string zone) => Evaluate(InZone, time, zone) ?? throw new NodeException($"there is no time zone '{zone}'") { ItemIndex = index, Retryable = false };

    private JsDateTime? Evaluate(CompiledExpression code, JsValue a, string zone, string format = "")
    {
        var scope = new Scope
        {
            Clock = context.Time,
            TimeZone = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : context.TimeZone,
            Strict = true,
            ExtraRoots = new Dictionary<string, JsValue>(StringComparer.Ordinal) { ["$a"] = a, ["$zone"] = zone, ["$format"] = format },
        };
        try
        {
            return code.Evaluate(scope).AsReference is JsDateTime { Invalid: null } time ? time : null;
        }
        catch (ExpressionError)
        {
            return null;
        }
    }

    private static CompiledExpression Code(string code) =>
        ExpressionCompiler.CompileCode(code) is { Expression: { } expression } ? expression : throw new InvalidOperationException(code);
}
