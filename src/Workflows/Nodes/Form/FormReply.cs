using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>What a person sent: the body and the files of a call, checked against the form and made an item. A program may send the same as JSON.</summary>
internal static class FormReply
{
    private const int LongestText = 100_000;

    private static readonly CompiledExpression FormattedDate = ExpressionCompiler.CompileCode("DateTime.fromISO($json.date, { zone: 'utc' }).toFormat($json.format)").Expression!;

    /// <summary>What is wrong with it, in words for the person; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(FormDefinition form, JsValue body, IReadOnlyDictionary<string, BinaryData>? files)
    {
        var problems = new List<string>();
        if (body.AsObject is not { } sent) return ["The form was not sent as a form."];
        for (var i = 0; i < form.Fields.Count; i++)
        {
            var field = form.Fields[i];
            if (field.Type is "html") continue;
            if (Problem(field, Sent(field, i, sent), Files(field, i, files)) is { } problem) problems.Add(problem);
        }

        return problems;
    }

    private static string? Problem(FormQuestion field, JsValue value, List<BinaryData> files)
    {
        if (field.Type is "file")
        {
            return files.Count == 0 ? field.Required ? $"{field.Title}: a file is missing." : null
                : files.Count > 1 && !field.Several ? $"{field.Title}: only one file can be sent."
                : files.Exists(f => !Accepts(field, f)) ? $"{field.Title}: that kind of file is not taken." : null;
        }

        var given = Texts(value);
        if (given.Count == 0) return field.Required || field.Least > 0 ? $"{field.Title}: this is missing." : null;
        if (given.Exists(t => t.Length > LongestText)) return $"{field.Title}: this is too long.";
        if (given.Count > 1 && !field.Several) return $"{field.Title}: only one can be given.";
        return field.Type switch
        {
            "number" when Number(given[0]) is null => $"{field.Title}: this is no number.",
            "email" when given[0].IndexOf('@', StringComparison.Ordinal) is var at && (at < 1 || at == given[0].Length - 1 || given[0].AsSpan().ContainsAny(" \t\r\n")) => $"{field.Title}: this is no address of mail.",
            "date" when !DateOnly.TryParseExact(given[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) => $"{field.Title}: this is no date.",
            "dropdown" or "checkbox" or "radio" when field.Choices.Count > 0 && given.Exists(t => !field.Choices.Contains(t, StringComparer.Ordinal)) => $"{field.Title}: this is none of the choices.",
            "checkbox" or "dropdown" when field.Several && given.Count < field.Least => $"{field.Title}: at least {field.Least} are to be chosen.",
            "checkbox" or "dropdown" when field.Several && given.Count > field.Most => $"{field.Title}: at most {field.Most} can be chosen.",
            _ => null,
        };
    }

    /// <summary>The item that it makes.</summary>
    /// <param name="mode"><c>test</c> or <c>production</c>.</param>
    public static Item Read(FormDefinition form, JsObject sent, IReadOnlyDictionary<string, BinaryData>? sentFiles, DateTimeOffset at, TimeZoneInfo zone, string mode)
    {
        var json = new JsObject();
        var binary = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
        for (var i = 0; i < form.Fields.Count; i++)
        {
            var field = form.Fields[i];
            if (field.Type is "html")
            {
                if (field.Name.Length > 0) json.Set(field.Name, field.Html);
                continue;
            }

            if (field.Type is not "file")
            {
                json.Set(field.Name, Value(field, Sent(field, i, sent)));
                continue;
            }

            var files = Files(field, i, sentFiles);
            var key = string.Concat(field.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' ? c : '_'));
            var described = new JsArray();
            for (var n = 0; n < files.Count; n++)
            {
                binary[files.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{key}_{n}") : key] = files[n];
                described.Add(new JsObject { ["filename"] = files[n].FileName ?? "", ["mimetype"] = files[n].MimeType, ["size"] = files[n].Size });
            }

            json.Set(field.Name, files.Count == 0 ? JsValue.Null : field.Several ? described : described[0]);
        }

        json.Set("submittedAt", TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
        json.Set("formMode", mode);
        return new Item(json) { Binary = binary.Count > 0 ? binary : null };
    }

    private static JsValue Value(FormQuestion field, JsValue sent)
    {
        if (field.Several) return new JsArray([.. Texts(sent).Select(t => (JsValue)t)]);
        if (sent.IsUndefined || sent.IsNull) return JsValue.Null;
        var text = Texts(sent) is [var first, ..] ? first : "";
        return field.Type switch
        {
            "number" => Number(text) is { } number ? number : JsValue.Null,
            "text" => text.Trim(),
            "radio" => text.Length > 0 ? text : JsValue.Null,
            "date" when field.DateFormat.Length > 0 && text.Length > 0 => FormattedDate.Evaluate(new Scope { Items = [new Item(new JsObject { ["date"] = text, ["format"] = field.DateFormat })], Strict = true }),
            _ => text,
        };
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>What is not empty of one or several.</summary>
    private static List<string> Texts(JsValue value) => value.AsArray is { } list
        ? [.. list.Where(v => !v.IsNull && !v.IsUndefined).Select(v => ParameterValues.ToText(v)).Where(t => t.Length > 0)]
        : value.IsUndefined || value.IsNull || ParameterValues.ToText(value) is not { Length: > 0 } text ? [] : [text];

    /// <summary>Under its name, or as the pages of n8n send it: by its place.</summary>
    private static JsValue Sent(FormQuestion field, int index, JsObject sent) => sent[field.Name] is { IsUndefined: false } named ? named : sent[Place(index)];

    private static string Place(int index) => string.Create(CultureInfo.InvariantCulture, $"field-{index}");

    /// <summary>Those of a part of that name; several have a number behind it. A browser sends an empty one where none was chosen.</summary>
    private static List<BinaryData> Files(FormQuestion field, int index, IReadOnlyDictionary<string, BinaryData>? files)
    {
        var found = new List<BinaryData>();
        if (files is null || field.Type is not "file") return found;
        foreach (var name in new[] { field.Name, Place(index) })
        {
            if (files.GetValueOrDefault(name) is { Size: > 0 } one) found.Add(one);
            for (var n = 0; files.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"{name}{n}")) is { } next; n++)
                if (next.Size > 0) found.Add(next);
            if (found.Count > 0) break;
        }

        return found;
    }

    private static bool Accepts(FormQuestion field, BinaryData file)
    {
        var kinds = field.Accepts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return kinds.Length == 0 || Array.Exists(kinds, k => k is "*" or "*/*"
            || (k[0] == '.' ? (file.FileName ?? "").EndsWith(k, StringComparison.OrdinalIgnoreCase)
            : k.EndsWith("/*", StringComparison.Ordinal) ? file.MimeType.StartsWith(k[..^1], StringComparison.OrdinalIgnoreCase)
            : file.MimeType.Equals(k, StringComparison.OrdinalIgnoreCase) || (file.FileName ?? "").EndsWith("." + k, StringComparison.OrdinalIgnoreCase)));
    }
}
