using System.Text.RegularExpressions;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Dates;

/// <summary>What is made of a date, as the first version of n8n's node says it.</summary>
[CamelCase]
internal sealed record FormatDateParameters
{
    /// <summary>Whether the date is written in another form, or something is added to it.</summary>
    [OneOf("format", "calculate")]
    public string Action { get; init; } = "format";

    /// <summary>The date.</summary>
    public Parameter<JsValue> Value { get; init; } = new(JsValue.EmptyString);

    /// <summary>The field that the result is put in.</summary>
    public Parameter<string> DataPropertyName { get; init; } = "data";

    /// <summary>For editors.</summary>
    public Parameter<bool> Custom { get; init; } = false;

    /// <summary>The form, in moment's letters.</summary>
    public Parameter<string> ToFormat { get; init; } = "MM/DD/YYYY";

    /// <summary>Whether something is added or taken away.</summary>
    [OneOf("add", "subtract")]
    public Parameter<string> Operation { get; init; } = "add";

    /// <summary>How much of it.</summary>
    public Parameter<double> Duration { get; init; } = 0;

    /// <summary>Its unit.</summary>
    [OneOf("years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds")]
    public Parameter<string> TimeUnit { get; init; } = "days";

    /// <summary>More about dates.</summary>
    public FormatDateOptions Options { get; init; } = new();
}

/// <summary>More about dates.</summary>
[CamelCase]
internal sealed record FormatDateOptions
{
    /// <summary>The form that the date is read in, in moment's letters.</summary>
    public Parameter<string> FromFormat { get; init; } = "";

    /// <summary>The zone of a date that names none.</summary>
    public Parameter<string> FromTimezone { get; init; } = "";

    /// <summary>The zone that the date is written in.</summary>
    public Parameter<string> ToTimezone { get; init; } = "";
}

/// <summary>Writes dates in other forms, and adds to them: the older form of <c>date-time</c>.</summary>
internal sealed partial class FormatDateNode(FormatDateParameters parameters) : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<FormatDateNode, FormatDateParameters>((p, _) => new(p))
    {
        Type = "format-date",
        Summary = "Writes dates in other forms, in moment's letters, and adds to them: the older form of date-time.",
        Category = NodeCategory.Data,
        Difference = "names of months and days are English; a date read with a format has to have that format",
    };

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var value = parameters.Value.Get(context, index);
        if (parameters.Action is "format" && value.IsUndefined) return;
        var json = item.Json.Clone();
        json.Set(parameters.DataPropertyName.Get(context, index), parameters.Action is "format" ? Format(context, index, value) : Calculate(context, index, value));
        output.Add(new Item(json) { Binary = item.Binary, PairedItems = Positions.Of(index) });
    }

    private string Format(NodeContext context, int index, JsValue value)
    {
        var own = context.Run.Model.Settings.Timezone;
        var (from, to) = (parameters.Options.FromTimezone.Get(context, index), parameters.Options.ToTimezone.Get(context, index));
        var given = parameters.Options.FromFormat.Get(context, index);
        var dates = new DateReader(context, index);
        var time = dates.Number(value, own) ?? (given.Length > 0 ? ByFormat(dates, value, given, from.Length > 0 ? from : own) : dates.Text(value, from.Length > 0 ? from : own))
            ?? throw new NodeException("The date input format could not be recognized. Please set the \"From Format\" field") { ItemIndex = index, Retryable = false };
        return MomentFormat.Write(from.Length + to.Length > 0 ? dates.In(time, to.Length > 0 ? to : own) : time, parameters.ToFormat.Get(context, index));
    }

    private string Calculate(NodeContext context, int index, JsValue value)
    {
        var own = context.Run.Model.Settings.Timezone;
        var given = parameters.Options.FromFormat.Get(context, index);
        var dates = new DateReader(context, index);
        var time = given.Length > 0
            ? ByFormat(dates, value, given, own) ?? throw new NodeException("Date input cannot be parsed. Please recheck the value and the \"From Format\" field.") { ItemIndex = index, Retryable = false }
            : (value.IsNumber ? dates.Milliseconds(value.AsNumber, own) : dates.Text(value, own))
                ?? throw new NodeException("Unrecognized date input. Please specify a format in the \"From Format\" field.") { ItemIndex = index, Retryable = false };
        var unit = parameters.TimeUnit.Get(context, index);
        var count = parameters.Duration.Get(context, index) * (parameters.Operation.Get(context, index) is "subtract" ? -1 : 1);
        // Days and what is longer are added as a whole.
        if (unit is "quarters") (unit, count) = ("months", count * 3);
        if (unit is "years") (unit, count) = ("months", count * 12);
        if (unit is "weeks") (unit, count) = ("days", count * 7);
        if (unit is "months" or "days") count = Math.Round(count, MidpointRounding.AwayFromZero);
        return IsoText.Format(time.Plus(TimeUnits.Parse(unit), count).Milliseconds);
    }

    private static JsDateTime? ByFormat(DateReader dates, JsValue value, string format, string zone)
    {
        var text = ParameterValues.ToText(value);
        if (format.Contains('o', StringComparison.Ordinal)) text = OrdinalEnding().Replace(text, "");
        return dates.ByFormat(text, MomentFormat.ToLuxon(format), zone);
    }

    [GeneratedRegex(@"(?<=\d)(?:st|nd|rd|th)\b", RegexOptions.IgnoreCase, 100)]
    private static partial Regex OrdinalEnding();
}
