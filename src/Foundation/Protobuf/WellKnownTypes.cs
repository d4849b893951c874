using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Protobuf;

/// <summary>Google's types that have a form of their own in JSON (protobuf.dev, "ProtoJSON format"), to and from the JSON of their fields.</summary>
internal static class WellKnownTypes
{
    private const string Package = "google.protobuf.";
    private const int Nanos = 1_000_000_000;

    /// <summary>From 0001-01-01 to 9999-12-31, in seconds since 1970.</summary>
    private const long FirstSecond = -62135596800, LastSecond = 253402300799;

    /// <summary>Ten thousand years of seconds, the most of a Duration.</summary>
    private const long MostSeconds = 315_576_000_000;

    /// <summary>Whether JSON's null is a value of the type rather than none.</summary>
    public static bool HasNull(ProtoMessage? message) => message?.Name == Package + "Value";

    /// <summary>The JSON that clients send, as that of the message's fields; itself for other types.</summary>
    /// <exception cref="ProtoFormatException">It is not of the type's form.</exception>
    public static JsonNode? Fields(JsonNode? json, ProtoMessage message, ProtoJsonStyle style, int depth)
    {
        if (!message.Name.StartsWith(Package, StringComparison.Ordinal)) return json;
        switch (message.Name[Package.Length..])
        {
            case "Timestamp" when json is JsonValue:
                return ReadTimestamp(Text(json));
            case "Duration" when json is JsonValue:
                return ReadDuration(Text(json));
            case "FieldMask" when json is JsonValue:
                return new JsonObject { ["paths"] = new JsonArray([.. Text(json).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => (JsonNode)ProtoName(p))]) };
            case "Struct":
                return new JsonObject { ["fields"] = json is JsonObject ? json.DeepClone() : throw new ProtoFormatException("an object is expected for google.protobuf.Struct") };
            case "ListValue":
                return new JsonObject { ["values"] = json is JsonArray ? json.DeepClone() : throw new ProtoFormatException("a list is expected for google.protobuf.ListValue") };
            case "Value":
                return new JsonObject
                {
                    [json?.GetValueKind() switch
                    {
                        null or JsonValueKind.Null => "null_value",
                        JsonValueKind.Number => "number_value",
                        JsonValueKind.String => "string_value",
                        JsonValueKind.True or JsonValueKind.False => "bool_value",
                        JsonValueKind.Object => "struct_value",
                        _ => "list_value",
                    }] = json?.DeepClone() ?? "NULL_VALUE",
                };
            case "Any" when json is JsonObject any && any.ContainsKey("@type"):
                return ReadAny(any, message, style, depth);
            case var name when IsWrapper(name, message) && json is JsonValue:
                return new JsonObject { ["value"] = json.DeepClone() };
            default:
                return json;
        }
    }

    /// <summary>The JSON that clients get for the JSON of a message's fields; itself for other types.</summary>
    public static JsonNode? Show(JsonObject fields, ProtoMessage message, ProtoJsonStyle style, int depth)
    {
        if (!message.Name.StartsWith(Package, StringComparison.Ordinal)) return fields;
        switch (message.Name[Package.Length..])
        {
            case "Timestamp":
                var seconds = Number(fields["seconds"]);
                return seconds is < FirstSecond or > LastSecond
                    ? fields
                    : DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(Number(fields["nanos"])) + "Z";
            case "Duration":
                var (whole, nanos) = (Number(fields["seconds"]), Number(fields["nanos"]));
                if (whole is < -MostSeconds or > MostSeconds) return fields;
                return (whole < 0 || nanos < 0 ? "-" : "") + Math.Abs(whole).ToString(CultureInfo.InvariantCulture) + Fraction(Math.Abs(nanos)) + "s";
            case "FieldMask":
                return string.Join(',', (fields["paths"] as JsonArray ?? []).Select(p => p?.GetValue<string>()));
            case "Struct":
                return fields["fields"]?.DeepClone() ?? new JsonObject();
            case "ListValue":
                return fields["values"]?.DeepClone() ?? new JsonArray();
            case "Value":
                return fields.ContainsKey("null_value") ? null : fields.FirstOrDefault().Value?.DeepClone();
            case "Any":
                return ShowAny(fields, message, style, depth);
            case var name when IsWrapper(name, message):
                return fields["value"]?.DeepClone();
            default:
                return fields;
        }
    }

    private static bool IsWrapper(string name, ProtoMessage message) => name.EndsWith("Value", StringComparison.Ordinal) && message.Fields is [{ Name: "value" }];

    private static JsonObject ReadAny(JsonObject any, ProtoMessage message, ProtoJsonStyle style, int depth)
    {
        var url = Text(any["@type"]);
        var fields = new JsonObject { ["type_url"] = url };
        if (TypeOf(url, message) is { } type)
        {
            var inner = new JsonObject();
            foreach (var (name, value) in any)
                if (name != "@type") inner[name] = value?.DeepClone();
            fields["value"] = Convert.ToBase64String(ProtoJson.EncodeNode(HasOwnForm(type) ? inner["value"] : inner, type, style, depth + 1));
        }
        else
        {
            fields["value"] = any["value"] is JsonValue bytes ? bytes.DeepClone() : throw new ProtoFormatException($"'{url}' is not a type of this service");
        }

        return fields;
    }

    private static JsonObject ShowAny(JsonObject fields, ProtoMessage message, ProtoJsonStyle style, int depth)
    {
        var url = fields["type_url"]?.GetValue<string>() ?? "";
        var shown = new JsonObject { ["@type"] = url };
        var bytes = fields["value"]?.GetValue<string>() ?? "";
        if (TypeOf(url, message) is not { } type || ProtoJson.DecodeNode(Convert.FromBase64String(bytes), type, out var inner, style, depth + 1) is false) shown["value"] = bytes;
        else if (HasOwnForm(type)) shown["value"] = inner;
        else if (inner is JsonObject members)
            foreach (var (name, value) in members) shown[name] = value?.DeepClone();
        return shown;
    }

    private static ProtoMessage? TypeOf(string url, ProtoMessage message) => message.Schema?.Message(url[(url.LastIndexOf('/') + 1)..]);

    private static bool HasOwnForm(ProtoMessage type) => type.Name.StartsWith(Package, StringComparison.Ordinal) && type.Name != Package + "Empty";

    private static JsonObject ReadTimestamp(string text)
    {
        var (rest, nanos) = TakeFraction(text);
        if (!DateTimeOffset.TryParseExact(rest, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            throw new ProtoFormatException("a time is expected (RFC 3339)");
        return new JsonObject { ["seconds"] = at.ToUnixTimeSeconds(), ["nanos"] = nanos };
    }

    private static JsonObject ReadDuration(string text)
    {
        var (rest, nanos) = TakeFraction(text);
        if (rest is [.., 's']) rest = rest[..^1];
        if (!long.TryParse(rest, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || Math.Abs(seconds) > MostSeconds)
            throw new ProtoFormatException("a duration is expected: 1.5s");
        return new JsonObject { ["seconds"] = seconds, ["nanos"] = rest.StartsWith('-') ? -nanos : nanos };
    }

    /// <summary>Cuts <c>.5</c> out of a number or time, as billionths.</summary>
    private static (string Without, int Nanos) TakeFraction(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return (text, 0);
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        var digits = text[(dot + 1)..end];
        if (digits.Length is 0 or > 9) throw new ProtoFormatException("a fraction of 1 to 9 digits is expected");
        return (text[..dot] + text[end..], int.Parse(digits.PadRight(9, '0'), CultureInfo.InvariantCulture));
    }

    private static string Fraction(long nanos) => nanos is > 0 and < Nanos ? "." + nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0') : "";

    /// <summary><c>authorName</c> is <c>author_name</c> in the .proto file.</summary>
    private static string ProtoName(string path) => string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    private static long Number(JsonNode? node) => node is JsonValue value ? (value.TryGetValue<long>(out var wide) ? wide : value.TryGetValue<int>(out var number) ? number : value.TryGetValue<string>(out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out wide) ? wide : 0) : 0;

    private static string Text(JsonNode? node) => node is JsonValue value ? (value.TryGetValue<string>(out var text) ? text : value.ToJsonString()) : throw new ProtoFormatException("a text is expected");
}
