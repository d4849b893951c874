using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Calendars;

/// <summary>Calendars as objects (RFC 5545): the version, who made it, and its events. Texts stay as they are written, with their backslashes.</summary>
internal static class CalendarReading
{
    private const int MostEvents = 100_000;

    /// <exception cref="NodeException">The text is no calendar.</exception>
    public static JsObject Read(string text, int index)
    {
        var calendar = new JsObject();
        var events = new JsArray();
        JsObject? current = null;
        var within = new Stack<string>();
        foreach (var line in Unfolded(text))
        {
            var (name, parameters, value) = Split(line);
            switch (name)
            {
                case "BEGIN":
                    within.Push(value.ToUpperInvariant());
                    if (within.Count == 2 && within.Peek() is "VEVENT") current = new JsObject();
                    break;
                case "END":
                    if (!within.TryPop(out var ended) || !string.Equals(ended, value, StringComparison.OrdinalIgnoreCase)) throw Broken(index);
                    if (ended is not "VEVENT" || current is null || within.Count != 1) break;
                    if (events.Count == MostEvents) throw new NodeException($"the calendar has more than {MostEvents} events") { ItemIndex = index, Retryable = false };
                    events.Add(current);
                    current = null;
                    break;
                case "VERSION" when within.Count == 1: calendar.Set("version", value); break;
                case "PRODID" when within.Count == 1: calendar.Set("prodId", value); break;
                case "METHOD" when within.Count == 1: calendar.Set("method", value); break;
                case "X-WR-CALNAME" when within.Count == 1: calendar.Set("name", value); break;
                default:
                    if (current is not null && within.Count == 2) Property(current, name, parameters, value);
                    break;
            }
        }

        if (calendar.Count == 0 || within.Count > 0) throw Broken(index);
        calendar.Set("events", events);
        return calendar;
    }

    private static void Property(JsObject entry, string name, Dictionary<string, string> parameters, string value)
    {
        switch (name)
        {
            case "DTSTAMP": entry.Set("stamp", Moment(parameters, value)); break;
            case "DTSTART": entry.Set("start", Moment(parameters, value)); break;
            case "DTEND": entry.Set("end", Moment(parameters, value)); break;
            case "CREATED": entry.Set("created", Moment(parameters, value)); break;
            case "LAST-MODIFIED": entry.Set("lastModified", Moment(parameters, value)); break;
            case "RECURRENCE-ID": entry.Set("recurrenceId", new JsObject { ["value"] = Moment(parameters, value) }); break;
            case "SEQUENCE": entry.Set("sequence", double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : value); break;
            case "UID" or "SUMMARY" or "DESCRIPTION" or "LOCATION" or "STATUS" or "URL" or "GEO" or "CLASS" or "PRIORITY": entry.Set(name.ToLowerInvariant(), value); break;
            case "TRANSP": entry.Set("timeTransparent", value); break;
            case "CATEGORIES": entry.Set("categories", new JsArray([.. value.Split(',').Select(c => (JsValue)c)])); break;
            case "RRULE": entry.Set("recurrenceRule", Rule(value)); break;
            case "ORGANIZER": entry.Set("organizer", Person(parameters, value)); break;
            case "ATTENDEE":
                var attendees = entry["attendees"].AsArray ?? new JsArray();
                attendees.Add(Person(parameters, value));
                entry.Set("attendees", attendees);
                break;
        }
    }

    private static JsObject Moment(Dictionary<string, string> parameters, string value)
    {
        var isDate = value.Length == 8;
        var zone = parameters.GetValueOrDefault("TZID");
        if (!DateTime.TryParseExact(value.TrimEnd('Z'), isDate ? "yyyyMMdd" : "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)) return new JsObject { ["date"] = value };
        if (!isDate && !value.EndsWith('Z') && zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known))
            read = TimeZoneInfo.ConvertTimeToUtc(known.IsInvalidTime(read) ? read.AddHours(1) : read, known);
        var moment = new JsObject { ["date"] = IsoText.Format((read - DateTime.UnixEpoch).TotalMilliseconds), ["type"] = isDate ? "DATE" : "DATE-TIME" };
        if (zone is not null) moment.Set("local", new JsObject { ["date"] = value, ["timezone"] = zone });
        return moment;
    }

    private static JsObject Rule(string value)
    {
        var rule = new JsObject();
        foreach (var part in value.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, text) = part.Split('=', 2) is [var n, var t] ? (n.ToUpperInvariant(), t) : (part, "");
            var isNumber = double.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
            switch (name)
            {
                case "FREQ": rule.Set("frequency", text); break;
                case "UNTIL": rule.Set("until", Moment([], text)); break;
                case "COUNT" or "INTERVAL": rule.Set(name.ToLowerInvariant(), isNumber ? number : text); break;
                default: rule.Set(name.ToLowerInvariant(), text); break;
            }
        }

        return rule;
    }

    private static JsObject Person(Dictionary<string, string> parameters, string value)
    {
        var person = new JsObject { ["email"] = value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? value[7..] : value };
        if (parameters.GetValueOrDefault("CN") is { } name) person.Set("name", name);
        foreach (var (parameter, field) in (ReadOnlySpan<(string, string)>)[("ROLE", "role"), ("PARTSTAT", "partstat"), ("CUTYPE", "cutype")])
            if (parameters.GetValueOrDefault(parameter) is { } given) person.Set(field, given);
        if (parameters.GetValueOrDefault("RSVP") is { } rsvp) person.Set("rsvp", string.Equals(rsvp, "TRUE", StringComparison.OrdinalIgnoreCase));
        return person;
    }

    // A line that begins with white space goes on with the one before (RFC 5545, 3.1).
    private static IEnumerable<string> Unfolded(string text)
    {
        var line = new System.Text.StringBuilder();
        foreach (var next in text.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (next.Length > 0 && next[0] is ' ' or '\t')
            {
                line.Append(next, 1, next.Length - 1);
                continue;
            }

            if (line.Length > 0) yield return line.ToString();
            line.Clear().Append(next);
        }

        if (line.Length > 0) yield return line.ToString();
    }

    private static (string Name, Dictionary<string, string> Parameters, string Value) Split(string line)
    {
        var parts = new List<string>();
        var (from, quoted) = (0, false);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"') quoted = !quoted;
            if (quoted || line[i] is not (';' or ':')) continue;
            parts.Add(line[from..i]);
            from = i + 1;
            if (line[i] == ':') break;
        }

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in parts.Skip(1))
            if (parameter.Split('=', 2) is [var name, var value]) parameters[name] = value.Trim('"');
        return (parts.Count > 0 ? parts[0].ToUpperInvariant() : "", parameters, line[from..]);
    }

    private static NodeException Broken(int index) => new("the file is no calendar: it needs to begin with BEGIN:VCALENDAR and end all that begins") { ItemIndex = index, Retryable = false };
}
