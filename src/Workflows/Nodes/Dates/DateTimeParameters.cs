using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Dates;

/// <summary>What is made of a date.</summary>
[CamelCase]
internal sealed record DateTimeParameters
{
    /// <summary>What is made of it.</summary>
    [OneOf("addToDate", "extractDate", "formatDate", "getCurrentDate", "getTimeBetweenDates", "roundDate", "subtractFromDate")]
    public string Operation { get; init; } = "getCurrentDate";

    /// <summary>The date that something is added to or taken from.</summary>
    public Parameter<JsValue> Magnitude { get; init; } = new(default);

    /// <summary>The unit of what is added or taken.</summary>
    [OneOf("years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds")]
    public Parameter<string> TimeUnit { get; init; } = "days";

    /// <summary>How much of it.</summary>
    public Parameter<double> Duration { get; init; } = 0;

    /// <summary>The date that is formatted, rounded or looked at.</summary>
    public Parameter<JsValue> Date { get; init; } = new(default);

    /// <summary>The format, in Luxon's letters; <c>custom</c> for an own one.</summary>
    public Parameter<string> Format { get; init; } = "MM/dd/yyyy";

    /// <summary>An own format, in Luxon's letters.</summary>
    public Parameter<string> CustomFormat { get; init; } = "";

    /// <summary>The part that is looked at.</summary>
    [OneOf("year", "month", "week", "day", "hour", "minute", "second")]
    public Parameter<string> Part { get; init; } = "month";

    /// <summary>Whether it is rounded down or up.</summary>
    [OneOf("roundDown", "roundUp")]
    public Parameter<string> Mode { get; init; } = "roundDown";

    /// <summary>The unit that it is rounded down to.</summary>
    [OneOf("year", "month", "week", "day", "hour", "minute", "second")]
    public Parameter<string> ToNearest { get; init; } = "month";

    /// <summary>The unit that it is rounded up to.</summary>
    [OneOf("year", "month", "week", "day", "hour", "minute", "second")]
    public Parameter<string> To { get; init; } = "month";

    /// <summary>Where a span begins.</summary>
    public Parameter<JsValue> StartDate { get; init; } = new(default);

    /// <summary>Where a span ends.</summary>
    public Parameter<JsValue> EndDate { get; init; } = new(default);

    /// <summary>The units of a span.</summary>
    [OneOf("year", "month", "week", "day", "hour", "minute", "second", "millisecond")]
    public IReadOnlyList<string> Units { get; init; } = ["day"];

    /// <summary>Whether the current date has a time of day.</summary>
    public Parameter<bool> IncludeTime { get; init; } = true;

    /// <summary>The field that the result is put in; one named after the operation when absent.</summary>
    public Parameter<string>? OutputFieldName { get; init; }

    /// <summary>More about dates.</summary>
    public DateTimeOptions Options { get; init; } = new();
}

/// <summary>More about dates.</summary>
[CamelCase]
internal sealed record DateTimeOptions
{
    /// <summary>Whether items keep their fields.</summary>
    public bool IncludeInputFields { get; init; }

    /// <summary>The format that the date is read with, in Luxon's letters.</summary>
    public Parameter<string> FromFormat { get; init; } = "";

    /// <summary>The zone of the result. With <c>formatDate</c>, true for the workflow's and false for UTC.</summary>
    public Parameter<JsValue> Timezone { get; init; } = new(default);

    /// <summary>Whether a span is written as ISO 8601 does it.</summary>
    public bool IsoString { get; init; }
}
