using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.KongAdmin;

/// <summary>An answer of the Admin API.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON, or null for no body.</param>
internal sealed record AdminAnswer(int Status, JsonNode? Body)
{
    public static AdminAnswer NotFound { get; } = Message(404, "Not found");

    public static AdminAnswer MethodNotAllowed { get; } = Message(405, "Method not allowed");

    public static AdminAnswer NoContent { get; } = new(204, null);

    public static AdminAnswer Message(int status, string message) => new(status, new JsonObject { ["message"] = message });
}

/// <summary>Refusals in the form of Kong's <c>kong/db/errors.lua</c>: <c>code</c>, <c>name</c>, <c>message</c> and <c>fields</c>.</summary>
internal static class KongErrors
{
    /// <summary>Why an edit was refused.</summary>
    public static AdminAnswer Of(IReadOnlyList<EditProblem> problems)
    {
        var violations = problems.Where(p => p.Refusal == EditRefusal.SchemaViolation).ToList();
        if (violations.Count > 0)
            return SchemaViolation(violations.Select(v => (v.Field, v.Message)));
        var first = problems[0];
        return first.Refusal switch
        {
            EditRefusal.PrimaryKeyViolation => Of(400, 3, "primary key violation", first.Message, first.Fields),
            EditRefusal.ForeignKeyViolation => Of(400, 4, "foreign key violation", first.Message, first.Fields),
            EditRefusal.UniqueViolation => Of(409, 5, "unique constraint violation", first.Message, first.Fields),
            EditRefusal.NotFound => AdminAnswer.NotFound,
            _ => Of(400, 19, "referenced by others", first.Message, null),
        };
    }

    /// <summary>Fields that break rules, by their dotted paths; the empty path is the object itself.</summary>
    public static AdminAnswer SchemaViolation(IEnumerable<(string Field, string Message)> violations)
    {
        var fields = FieldErrors.Tree(violations.Select(v => (IsAboutSettings(v.Field, v.Message) ? "" : v.Field, Plain(v.Message))));
        var lines = FieldErrors.Lines(fields);
        var message = lines.Count == 1 ? $"schema violation ({lines[0]})" : $"{lines.Count} schema violations ({string.Join("; ", lines)})";
        return Of(400, 2, "schema violation", message, fields);
    }

    /// <summary>The answer to writes where nothing is stored, as Kong gives it without a database.</summary>
    public static AdminAnswer ReadOnly(string verb, string kind, string? byField) => Of(
        405, 12, "operation unsupported", $"cannot {verb} '{kind}' entities {(byField is null ? "" : $"by '{byField}' ")}when not using a database", null);

    /// <summary>The answer to callers who are limited to tags, for what is not theirs to do.</summary>
    public static AdminAnswer OutOfScope(string message) => AdminAnswer.Message(403, message);

    public static AdminAnswer InvalidSize(string message) => Of(400, 9, "invalid size", message, null);

    public static AdminAnswer InvalidOffset(string offset) => Of(400, 7, "invalid offset", $"'{offset}' is not a valid offset: bad base64 encoding", null);

    public static AdminAnswer InvalidTags() => Of(
        400, 11, "invalid options", "invalid option (tags: invalid filter syntax)", null, new JsonObject { ["tags"] = "invalid filter syntax" });

    public static AdminAnswer Of(int status, int code, string name, string message, JsonObject? fields, JsonObject? options = null)
    {
        var body = new JsonObject { ["message"] = message, ["name"] = name, ["code"] = code };
        if (fields is not null)
            body["fields"] = fields.DeepClone();
        if (options is not null)
            body["options"] = options;
        return new AdminAnswer(status, body);
    }

    /// <summary>A rule about several settings of a plugin is one of the whole object to Kong.</summary>
    private static bool IsAboutSettings(string field, string message) => field == "config" && message.Contains("these fields", StringComparison.Ordinal);

    /// <summary>What we add for people ("did you mean ...") is left out: programs compare these.</summary>
    private static string Plain(string message) => message.StartsWith("unknown field", StringComparison.Ordinal) ? "unknown field" : message;
}
