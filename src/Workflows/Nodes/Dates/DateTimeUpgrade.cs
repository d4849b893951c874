using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Dates;

/// <summary>The parameters of n8n's date node before its version 2, as those of today. What is not known here stays, so that it is reported.</summary>
internal static class DateTimeUpgrade
{
    /// <summary>Moment's letters with Luxon's for the same, the longest first.</summary>
    private static readonly (string Moment, string Luxon)[] Letters =
    [
        ("YYYY", "yyyy"), ("YY", "yy"), ("Y", "y"), ("MMMM", "MMMM"), ("MMM", "MMM"), ("MM", "MM"), ("M", "M"), ("DDDD", "ooo"), ("DDD", "o"), ("DD", "dd"), ("D", "d"), ("dddd", "cccc"), ("ddd", "ccc"), ("E", "c"),
        ("HH", "HH"), ("H", "H"), ("hh", "hh"), ("h", "h"), ("mm", "mm"), ("m", "m"), ("ss", "ss"), ("s", "s"), ("SSS", "SSS"), ("A", "a"), ("a", "a"), ("ZZ", "ZZZ"), ("Z", "ZZ"), ("X", "X"), ("x", "x"),
        ("WW", "WW"), ("W", "W"), ("GGGG", "kkkk"), ("Q", "q"),
    ];

    public static MapNode Upgrade(MapNode old, double version)
    {
        if (version >= 2) return old;
        var calculates = old.Text("action") is "calculate";
        var options = old["options"] as MapNode ?? new MapNode(old.Place, []);
        List<MapEntry> moreOptions = [Flag(old, "includeInputFields")];
        if (options["fromFormat"] is { } from) moreOptions.Add(DocumentData.Entry("fromFormat", Format(from)));
        if (!calculates) moreOptions.Add(Flag(old, "timezone"));
        List<MapEntry> added =
        [
            DocumentData.Entry("outputFieldName", old["dataPropertyName"] ?? DocumentData.Text(old.Place, "data")),
            DocumentData.Entry("options", options.With(["fromFormat"], [.. moreOptions])),
        ];
        if (calculates)
        {
            added.Add(Text(old, "operation", old.Text("operation") is "subtract" ? "subtractFromDate" : "addToDate"));
            if (old["value"] is { } value) added.Add(DocumentData.Entry("magnitude", value));
        }
        else
        {
            added.AddRange([Text(old, "operation", "formatDate"), Text(old, "format", "custom"), DocumentData.Entry("customFormat", Format(old["toFormat"] ?? DocumentData.Text(old.Place, "MM/DD/YYYY")))]);
            if (old["value"] is { } value) added.Add(DocumentData.Entry("date", value));
        }

        return old.With(["action", "value", "dataPropertyName", "custom", "toFormat"], [.. added]);
    }

    private static DocumentNode Format(DocumentNode format) =>
        format is ScalarNode { Text: not ['=', ..] } text ? DocumentData.Text(text.Place, ToLuxon(text.Text)) : format;

    /// <summary><c>YYYY-MM-DD [at] HH:mm</c> is <c>yyyy-MM-dd 'at' HH:mm</c>.</summary>
    public static string ToLuxon(string moment)
    {
        var luxon = new StringBuilder();
        for (var i = 0; i < moment.Length;)
        {
            if (moment[i] is '[' && moment.IndexOf(']', i) is > 0 and var end)
            {
                luxon.Append('\'').Append(moment, i + 1, end - i - 1).Append('\'');
                i = end + 1;
                continue;
            }

            var rest = moment.AsSpan(i);
            var found = ("", "");
            foreach (var letter in Letters)
            {
                if (!rest.StartsWith(letter.Moment, StringComparison.Ordinal)) continue;
                found = letter;
                break;
            }

            // What is no letter of Moment's stands for itself, as in "2024T10".
            if (found.Item1.Length > 0) luxon.Append(found.Item2);
            else if (char.IsAsciiLetter(moment[i])) luxon.Append('\'').Append(moment[i]).Append('\'');
            else luxon.Append(moment[i]);
            i += Math.Max(1, found.Item1.Length);
        }

        return luxon.ToString();
    }

    private static MapEntry Flag(MapNode at, string name) => DocumentData.Entry(name, DocumentData.Boolean(at.Place, true));

    private static MapEntry Text(MapNode at, string name, string value) => DocumentData.Entry(name, DocumentData.Text(at.Place, value));
}
