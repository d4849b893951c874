using System.Text;
using System.Text.Json;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.GraphQl.Requests;

/// <summary>
/// Reads requests as GraphQL over HTTP has them. Whatever an upstream could read in another way is refused: members given twice or in another case,
/// bytes that are no UTF-8.
/// </summary>
internal static class GraphQlRequestReader
{
    private static readonly string[] Members = ["query", "operationName", "variables", "extensions", "documentId", "id"];

    /// <summary>The requests of a body.</summary>
    /// <param name="body">JSON.</param>
    /// <param name="maxBatch">How many requests an array may have; 0 to refuse arrays.</param>
    /// <param name="withNames">Whether documents may be referred to by <c>documentId</c> or <c>id</c>.</param>
    public static (GraphQlRequest[] Requests, bool IsBatch, GraphQlRefusal? Refusal) ReadBody(ReadOnlyMemory<byte> body, int maxBatch, bool withNames)
    {
        try
        {
            if (!GraphQlJson.IsUnicode(body.Span)) return Refuse(GraphQlRefusal.BadRequest("The request is not valid Unicode."));
            var reader = new Utf8JsonReader(body.Span, GraphQlJson.Reader);
            reader.Read();
            var requests = new List<GraphQlRequest>(1);
            var isBatch = reader.TokenType == JsonTokenType.StartArray;
            if (isBatch)
            {
                if (maxBatch == 0) return Refuse(GraphQlRefusal.BatchRefused);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (requests.Count == maxBatch) return Refuse(new GraphQlRefusal("batch", 400, "BAD_REQUEST", $"A batch may have at most {maxBatch} operations."));
                    var (request, refusal) = ReadRequest(ref reader, body, withNames);
                    if (request is null) return Refuse(refusal!);
                    requests.Add(request);
                }

                if (requests.Count == 0) return Refuse(GraphQlRefusal.BadRequest("The batch is empty."));
            }
            else
            {
                var (request, refusal) = ReadRequest(ref reader, body, withNames);
                if (request is null) return Refuse(refusal!);
                requests.Add(request);
            }

            reader.Read();
            return ([.. requests], isBatch, null);
        }
        catch (JsonException e)
        {
            return Refuse(GraphQlRefusal.BadRequest($"The request is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})."));
        }
    }

    /// <summary>The request of a query, as GET has it.</summary>
    public static (GraphQlRequest? Request, GraphQlRefusal? Refusal) ReadQuery(string query, bool withNames)
    {
        if (ParameterList.OfQuery(query) is not { } parameters) return (null, GraphQlRefusal.BadRequest("The query has too many parameters."));
        var values = new string?[Members.Length];
        foreach (var (name, written) in parameters.All)
        {
            var member = Array.IndexOf(Members, name);
            if (member < 0) continue;
            if (values[member] is not null) return (null, GraphQlRefusal.BadRequest($"The parameter '{name}' is given twice."));
            values[member] = ParameterList.Decode(written);
        }

        var json = new ReadOnlyMemory<byte>[2];
        for (var i = 0; i < 2; i++)
        {
            if (values[i + 2] is not { Length: > 0 } text) continue;
            json[i] = Encoding.UTF8.GetBytes(text);
            if (!IsObject(json[i])) return (null, GraphQlRefusal.BadRequest($"The parameter '{Members[i + 2]}' must be a JSON object."));
        }

        return Complete(values[0], values[1], json[0], json[1], withNames ? values[4] ?? values[5] : null);
    }

    /// <summary>Whether a query has parameters of a GraphQL request.</summary>
    public static bool IsIn(string query) =>
        query.Length > 1 && (ParameterList.OfQuery(query) is not { } parameters || parameters.All.Any(p => Array.Exists(Members[..5], m => m.Equals(p.Name, StringComparison.OrdinalIgnoreCase))));

    private static (GraphQlRequest? Request, GraphQlRefusal? Refusal) ReadRequest(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, bool withNames)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return (null, GraphQlRefusal.BadRequest("A GraphQL request must be a JSON object."));
        string? query = null, operationName = null, id = null;
        ReadOnlyMemory<byte> variables = default, extensions = default;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref reader, out var exact);
            if (member >= 0 && (!exact || (seen & (1 << member)) != 0))
                return (null, GraphQlRefusal.BadRequest($"The member '{Members[member]}' is given twice or in another case."));
            if (member >= 0) seen |= 1 << member;
            reader.Read();
            switch (member)
            {
                case 0 or 1 or 4 or 5:
                    if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                    {
                        if (member == 5) goto default;
                        return (null, GraphQlRefusal.BadRequest($"The member '{Members[member]}' must be a string."));
                    }

                    var text = reader.GetString();
                    if (member == 0) query = text;
                    else if (member == 1) operationName = text;
                    else id ??= text;
                    break;
                case 2 or 3:
                    if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null)) return (null, GraphQlRefusal.BadRequest($"The member '{Members[member]}' must be an object."));
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    var json = body[start..(int)reader.BytesConsumed];
                    if (member == 2) variables = json;
                    else extensions = json;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return Complete(query, operationName, variables, extensions, withNames ? id : null);
    }

    private static (GraphQlRequest? Request, GraphQlRefusal? Refusal) Complete(string? query, string? operationName, ReadOnlyMemory<byte> variables, ReadOnlyMemory<byte> extensions, string? id)
    {
        string? hash = null;
        if (!extensions.IsEmpty && ReadHash(extensions, out hash) is { } refusal) return (null, refusal);
        if (string.IsNullOrEmpty(query) && hash is null && id is null) return (null, GraphQlRefusal.BadRequest("The request has no query."));
        return (new GraphQlRequest
        {
            Query = string.IsNullOrEmpty(query) ? null : query,
            OperationName = string.IsNullOrEmpty(operationName) ? null : operationName,
            Variables = variables,
            Extensions = extensions,
            Persisted = hash ?? id,
            IsHash = hash is not null,
        }, null);
    }

    /// <summary>The hash of <c>persistedQuery</c>, if there is one.</summary>
    private static GraphQlRefusal? ReadHash(ReadOnlyMemory<byte> extensions, out string? hash)
    {
        hash = null;
        using var document = JsonDocument.Parse(extensions);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
        var count = 0;
        foreach (var extension in document.RootElement.EnumerateObject())
        {
            if (!extension.NameEquals("persistedQuery")) continue;
            if (++count > 1) return GraphQlRefusal.BadRequest("The member 'persistedQuery' is given twice.");
            if (extension.Value.ValueKind != JsonValueKind.Object
                || !extension.Value.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != 1)
                return GraphQlRefusal.BadRequest("Unsupported persisted query version");
            if (!extension.Value.TryGetProperty("sha256Hash", out var value) || value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: 64 } text || !text.All(char.IsAsciiHexDigit))
                return GraphQlRefusal.BadRequest("The persisted query's sha256Hash must be 64 hexadecimal digits.");
            hash = text.ToLowerInvariant();
        }

        return null;
    }

    private static int MemberOf(ref Utf8JsonReader reader, out bool exact)
    {
        exact = true;
        for (var i = 0; i < Members.Length; i++)
            if (reader.ValueTextEquals(Members[i])) return i;
        exact = false;
        if (reader.ValueSpan.Length > 100) return -1;
        var name = reader.GetString()!;
        return Array.FindIndex(Members, 0, 4, m => m.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsObject(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Null && GraphQlJson.IsUnicode(json.Span);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static (GraphQlRequest[], bool, GraphQlRefusal?) Refuse(GraphQlRefusal refusal) => ([], false, refusal);
}
