using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.AwsLambda;

/// <summary>Makes what the client gets of what a function said.</summary>
internal static class LambdaAnswer
{
    public static Answer From(OutboundAnswer result, AwsLambdaConfig config)
    {
        var headers = new Dictionary<string, StringValues>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in result.Headers)
            if (!name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)) headers[name] = value;
        if (config.IsProxyIntegration) return Integrated(result, headers);
        var status = config.UnhandledStatus is { } unhandled && result.Header("X-Amz-Function-Error") == "Unhandled" ? unhandled : result.Status;
        return Build(status, headers, Body(result, config));
    }

    /// <summary><c>{"statusCode": 200, "headers": {...}, "multiValueHeaders": {...}, "body": "...", "isBase64Encoded": false}</c>.</summary>
    private static Answer Integrated(OutboundAnswer result, Dictionary<string, StringValues> headers)
    {
        JsonElement root;
        try
        {
            root = JsonSerializer.Deserialize<JsonElement>(result.Body);
        }
        catch (JsonException)
        {
            return BadGateway("invalid JSON");
        }

        if (root.ValueKind != JsonValueKind.Object || Status(root) is not { } status) return BadGateway("statusCode validation failed");
        if (Member(root, "headers") is { } given)
        {
            if (given.ValueKind != JsonValueKind.Object) return BadGateway("headers must be a table");
            foreach (var field in given.EnumerateObject()) Set(headers, field.Name, field.Value);
        }

        var text = Member(root, "body");
        if (text is { ValueKind: not JsonValueKind.String }) return BadGateway("body must be a string");
        var body = Encoding.UTF8.GetBytes(text?.GetString() ?? "");
        if (Member(root, "isBase64Encoded") is { } encoded)
        {
            if (encoded.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return BadGateway("isBase64Encoded must be a boolean");
            if (encoded.GetBoolean()) body = Decode(text?.GetString() ?? "");
        }

        if (Member(root, "multiValueHeaders") is { ValueKind: JsonValueKind.Object } several)
            foreach (var field in several.EnumerateObject()) Set(headers, field.Name, field.Value);
        return Build(status, headers, body);
    }

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static byte[] Body(OutboundAnswer result, AwsLambdaConfig config)
    {
        if (config.EmptyArraysMode == "correct" || result.Body.AsSpan().IndexOf((byte)'[') < 0) return result.Body;
        try
        {
            return Encoding.UTF8.GetBytes(WithoutEmptyArrays(JsonNode.Parse(result.Body))?.ToJsonString(Relaxed) ?? "null");
        }
        catch (JsonException)
        {
            return result.Body;
        }
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonNode? WithoutEmptyArrays(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray { Count: 0 }:
                return new JsonObject();
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                    if (WithoutEmptyArrays(array[i]) is var item && !ReferenceEquals(item, array[i])) array[i] = item;
                return array;
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                    if (WithoutEmptyArrays(value) is var changed && !ReferenceEquals(changed, value)) members[name] = changed;
                return members;
            default:
                return node;
        }
    }

    private static int? Status(JsonElement root)
    {
        if (Member(root, "statusCode") is not { } code) return null;
        var text = code.ValueKind is JsonValueKind.Number or JsonValueKind.String ? code.ToString() : "";
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599 ? (int)status : null;
    }

    private static JsonElement? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static void Set(Dictionary<string, StringValues> headers, string name, JsonElement value)
    {
        if (OutboundAnswer.IsAboutConnection(name) || name.Length == 0 || name.Any(c => c <= ' ' || c >= 127 || "()<>@,;:\\\"/[]?={}".Contains(c, StringComparison.Ordinal))) return;
        headers[name] = value.ValueKind == JsonValueKind.Array ? new StringValues([.. value.EnumerateArray().Select(Text)]) : Text(value);
    }

    /// <summary>A function must not be able to break into the response's head.</summary>
    private static string Text(JsonElement value) =>
        FieldText.Of(new string([.. (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Where(c => c is '\t' || !char.IsControl(c))]));

    private static Answer Build(int status, Dictionary<string, StringValues> headers, byte[] body) =>
        new() { Status = Math.Clamp(status, 100, 999), Body = body, Headers = [.. headers] };

    private static Answer BadGateway(string reason) => new()
    {
        Status = 502,
        ContentType = "application/json; charset=utf-8",
        Body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["message"] = "Bad Gateway", ["error"] = $"could not JSON decode Lambda function response: {reason}" }),
    };
}
