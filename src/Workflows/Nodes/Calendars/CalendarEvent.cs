using System.Globalization;
using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Calendars;

/// <summary>More about an event.</summary>
[CamelCase]
internal sealed record EventFields
{
    /// <summary>Who is invited: <c>attendeeValues</c> with <c>name</c>, <c>email</c> and <c>rsvp</c>.</summary>
    public Parameter<JsValue> AttendeesUi { get; init; } = new(default);

    /// <summary>Whether the time is taken.</summary>
    public Parameter<string> BusyStatus { get; init; } = "";

    /// <summary>The calendar's name.</summary>
    public Parameter<string> CalName { get; init; } = "";

    /// <summary>The event's description.</summary>
    public Parameter<string> Description { get; init; } = "";

    /// <summary>The file's name.</summary>
    public Parameter<string> FileName { get; init; } = "";

    /// <summary>Where it is: <c>geolocationValues</c> with <c>lat</c> and <c>lon</c>.</summary>
    public Parameter<JsValue> GeolocationUi { get; init; } = new(default);

    /// <summary>Where it is, for people.</summary>
    public Parameter<string> Location { get; init; } = "";

    /// <summary>When it is again, as RFC 5545 writes it.</summary>
    public Parameter<string> RecurrenceRule { get; init; } = "";

    /// <summary>Who invites: <c>organizerValues</c> with <c>name</c> and <c>email</c>.</summary>
    public Parameter<JsValue> OrganizerUi { get; init; } = new(default);

    /// <summary>How often it was changed.</summary>
    public Parameter<JsValue> Sequence { get; init; } = new(default);

    /// <summary>Whether it is certain.</summary>
    public Parameter<string> Status { get; init; } = "";

    /// <summary>What the event is known by; made when empty.</summary>
    public Parameter<string> Uid { get; init; } = "";

    /// <summary>Its page.</summary>
    public Parameter<string> Url { get; init; } = "";

    /// <summary>Whether times without a zone are of the workflow's.</summary>
    [NoEffect("times without a zone always are of the workflow's zone")]
    public bool UseWorkflowTimezone { get; init; }
}

/// <summary>A calendar with one event (RFC 5545).</summary>
internal static class CalendarEvent
{
    public static string Write(EventFields fields, NodeContext context, int index, string title, JsValue start, JsValue end, bool allDay)
    {
        var from = Read(start, context, index);
        var to = end.IsNullish || end.AsString is "" ? from : Read(end, context, index);
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "CALSCALE:GREGORIAN");
        Line(text, "PRODID:sluice");
        Line(text, "METHOD:PUBLISH");
        Escaped(text, "X-WR-CALNAME", fields.CalName.Get(context, index));
        Line(text, "X-PUBLISHED-TTL:PT1H");
        Line(text, "BEGIN:VEVENT");
        Line(text, "UID:" + (fields.Uid.Get(context, index) is { Length: > 0 } uid ? uid : Guid.NewGuid().ToString()));
        Escaped(text, "SUMMARY", title.Length > 0 ? title : "Untitled event");
        Line(text, "DTSTAMP:" + Moment(context.Time.GetUtcNow().UtcDateTime));
        Line(text, allDay ? "DTSTART;VALUE=DATE:" + Day(from) : "DTSTART:" + Moment(from));
        Line(text, allDay ? "DTEND;VALUE=DATE:" + Day(to.AddDays(1)) : "DTEND:" + Moment(to));
        if (fields.Sequence.Get(context, index) is { IsNullish: false } sequence) Line(text, "SEQUENCE:" + ParameterValues.ToText(sequence));
        Escaped(text, "DESCRIPTION", fields.Description.Get(context, index));
        Plain(text, "URL", fields.Url.Get(context, index));
        if (fields.GeolocationUi.Get(context, index).AsObject?["geolocationValues"].AsObject is { } place) Line(text, $"GEO:{ParameterValues.ToText(place["lat"])};{ParameterValues.ToText(place["lon"])}");
        Escaped(text, "LOCATION", fields.Location.Get(context, index));
        Plain(text, "STATUS", fields.Status.Get(context, index));
        if (fields.OrganizerUi.Get(context, index).AsObject?["organizerValues"].AsObject is { } organizer) Line(text, $"ORGANIZER;CN={Name(organizer)}:mailto:{ParameterValues.ToText(organizer["email"])}");
        foreach (var attendee in fields.AttendeesUi.Get(context, index).AsObject?["attendeeValues"].AsArray ?? [])
            if (attendee.AsObject is { } person) Line(text, $"ATTENDEE;RSVP={(ParameterValues.ToBoolean(person["rsvp"]) ? "TRUE" : "FALSE")};CN={Name(person)}:mailto:{ParameterValues.ToText(person["email"])}");
        Plain(text, "RRULE", fields.RecurrenceRule.Get(context, index));
        Plain(text, "X-MICROSOFT-CDO-BUSYSTATUS", fields.BusyStatus.Get(context, index));
        Line(text, "END:VEVENT");
        Line(text, "END:VCALENDAR");
        return text.ToString();
    }

    private static DateTime Read(JsValue value, NodeContext context, int index) => DateTexts.TryRead(value, out var milliseconds, context.TimeZone) && Math.Abs(milliseconds) < 6e13
        ? DateTime.UnixEpoch.AddMilliseconds(milliseconds)
        : throw new NodeException($"'{ParameterValues.ToText(value)}' is no date") { ItemIndex = index, Retryable = false };

    private static string Moment(DateTime time) => time.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateTime time) => time.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Name(JsObject person) => ParameterValues.ToText(person["name"]) is var name && name.AsSpan().ContainsAny(':', ';', ',') ? $"\"{name.Replace("\"", "", StringComparison.Ordinal)}\"" : name;

    private static void Plain(StringBuilder text, string name, string value)
    {
        if (value.Length > 0) Line(text, $"{name}:{value}");
    }

    private static void Escaped(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
            Line(text, $"{name}:{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}");
    }

    // Lines end with CR and LF; long ones go on after a tab. A line end in a value would begin a property of its own.
    private static void Line(StringBuilder text, string line)
    {
        line = line.Replace("\r", "", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
        for (var first = true; line.Length > 0 || first; first = false)
        {
            var length = Math.Min(line.Length, first ? 75 : 74);
            if (length < line.Length && char.IsHighSurrogate(line[length - 1])) length--;
            if (!first) text.Append('\t');
            text.Append(line, 0, length).Append("\r\n");
            line = line[length..];
        }
    }
}
