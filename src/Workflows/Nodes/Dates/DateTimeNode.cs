using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Dates;

/// <summary>Adds to dates, formats them, and looks at their parts. The arithmetic is that of the expressions' <c>DateTime</c>.</summary>
internal sealed class DateTimeNode(DateTimeParameters parameters) : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<DateTimeNode, DateTimeParameters>((p, _) => new(p))
    {
        Type = "date-time",
        Summary = "Adds to dates, formats them, and looks at their parts.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.dateTime", 1, 2)],
        // The first version has other parameters.
        Redirect = static p => (p.Entries.Any(e => e.Name is "action" or "value" or "toFormat" or "dataPropertyName" or "custom") ? "format-date" : "date-time", p),
    };

    private static readonly Dictionary<string, (string Field, CompiledExpression Code)> Operations = new(StringComparer.Ordinal)
    {
        ["addToDate"] = ("newDate", Code("$a.plus({[$unit]: $amount}).toISO()")),
        ["subtractFromDate"] = ("newDate", Code("$a.minus({[$unit]: $amount}).toISO()")),
        ["extractDate"] = ("datePart", Code("$unit === 'week' ? $a.weekNumber : $a.get($unit)")),
        ["formatDate"] = ("formattedDate", Code("$a.toFormat($unit)")),
        ["getCurrentDate"] = ("currentDate", Code("($amount ? DateTime.now().setZone($unit) : DateTime.now().setZone($unit).startOf('day')).toISO()")),
        ["getTimeBetweenDates"] = ("timeDifference", Code("$amount ? $b.diff($a, $unit).toISO() : $b.diff($a, $unit).toObject()")),
        ["roundDate"] = ("roundedDate", Code("($amount ? $a.plus({[$unit]: 1}).startOf($unit) : $a.startOf($unit)).toISO()")),
    };

    private readonly CompiledExpression _code = Operations[parameters.Operation].Code;

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var json = parameters.Options.IncludeInputFields ? item.Json.Clone() : new JsObject();
        var scope = new Scope { Clock = context.Time, TimeZone = context.TimeZone, Strict = true };
        JsValue result;
        try
        {
            result = Compute(context, index, scope);
        }
        catch (ExpressionError e)
        {
            throw new NodeException(e.Message, e) { ItemIndex = index, Retryable = false };
        }

        json.Set(parameters.OutputFieldName?.Get(context, index) is { Length: > 0 } name ? name : Operations[parameters.Operation].Field, result);
        output.Add(new Item(json) { Binary = parameters.Options.IncludeInputFields ? item.Binary : null, PairedItems = Positions.Of(index) });
    }

    private JsValue Compute(NodeContext context, int index, Scope scope)
    {
        var own = context.Run.Model.Settings.Timezone;
        switch (parameters.Operation)
        {
            case "getCurrentDate":
                var zone = parameters.Options.Timezone.Get(context, index).AsString is { Length: > 0 } given ? given : own;
                var now = Run(scope, _code, unit: zone, amount: parameters.IncludeTime.Get(context, index));
                return now.IsNullish ? throw new NodeException($"The timezone {zone} is not valid. Please check the timezone.") { ItemIndex = index, Retryable = false } : now;
            case "formatDate":
                var date = parameters.Date.Get(context, index);
                if (date.IsNullish) return date;
                var format = parameters.Format.Get(context, index) is "custom" ? parameters.CustomFormat.Get(context, index) : parameters.Format.Get(context, index);
                return Run(scope, _code, Read(context, date, ParameterValues.ToBoolean(parameters.Options.Timezone.Get(context, index)) ? own : ZoneOf(date), index, parameters.Options.FromFormat.Get(context, index)), unit: format);
            case "extractDate":
                return Run(scope, _code, Read(context, parameters.Date.Get(context, index), own, index), unit: parameters.Part.Get(context, index));
            case "roundDate":
                var up = parameters.Mode.Get(context, index) is "roundUp";
                return Run(scope, _code, Read(context, parameters.Date.Get(context, index), own, index), unit: (up ? parameters.To : parameters.ToNearest).Get(context, index), amount: up);
            case "getTimeBetweenDates":
                JsValue start = Read(context, parameters.StartDate.Get(context, index), own, index), end = Read(context, parameters.EndDate.Get(context, index), own, index);
                return Run(scope, _code, start, end, new JsArray([.. parameters.Units.Select(u => (JsValue)(u + "s"))]), parameters.Options.IsoString);
            default:
                return Run(scope, _code, Read(context, parameters.Magnitude.Get(context, index), own, index), unit: parameters.TimeUnit.Get(context, index), amount: parameters.Duration.Get(context, index));
        }
    }

    /// <summary>The whole hours that a date says it is east of Greenwich, or UTC.</summary>
    private static string ZoneOf(JsValue date) => date.AsString?.Split('+') is [_, [var tens, var ones, ..], ..] && char.IsAsciiDigit(tens) && char.IsAsciiDigit(ones) ? $"UTC+{(tens - '0') * 10 + ones - '0'}" : "UTC";

    private static JsValue Read(NodeContext context, JsValue date, string zone, int index, string format = "")
    {
        var dates = new DateReader(context, index);
        return (format.Length > 0 && !date.IsNumber ? dates.ByFormat(ParameterValues.ToText(date), format, zone) : dates.Number(date, zone) ?? dates.Text(date, zone))
            ?? throw new NodeException("Invalid date format") { ItemIndex = index, Retryable = false };
    }

    private static JsValue Run(Scope scope, CompiledExpression code, JsValue a = default, JsValue b = default, JsValue unit = default, JsValue amount = default)
    {
        scope.ExtraRoots = new Dictionary<string, JsValue>(StringComparer.Ordinal) { ["$a"] = a, ["$b"] = b, ["$unit"] = unit, ["$amount"] = amount };
        return code.Evaluate(scope);
    }

    private static CompiledExpression Code(string code) =>
        ExpressionCompiler.CompileCode(code) is { Expression: { } expression } ? expression : throw new InvalidOperationException(code);
}
