using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.Opa;

/// <summary>What a policy decided.</summary>
/// <param name="Headers">For the upstream.</param>
/// <param name="Refusal">What the client is answered; null when the request may pass.</param>
internal sealed record OpaDecision(KeyValuePair<string, StringValues>[] Headers, Answer? Refusal)
{
    private const string DefaultMessage = "unauthorized";

    private static readonly OpaDecision Allowed = new([], null);
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Reads OPA's answer: <c>result</c> is a boolean or an object with <c>allow</c>; null for anything else.</summary>
    public static OpaDecision? Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("result", out var result)) return null;
            return result.ValueKind switch
            {
                JsonValueKind.True => Allowed,
                JsonValueKind.False => new([], Refuse(403, [], default)),
                JsonValueKind.Object => ReadObject(result),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is half a surrogate pair.
            return null;
        }
    }

    private static OpaDecision? ReadObject(JsonElement result)
    {
        if (!result.TryGetProperty("allow", out var allow) || allow.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return null;
        if (ReadHeaders(result) is not { } headers) return null;
        if (allow.ValueKind == JsonValueKind.True) return new(headers, null);
        var status = 403;
        if (result.TryGetProperty("status", out var given) && given.ValueKind != JsonValueKind.Null
            && (given.ValueKind != JsonValueKind.Number || !given.TryGetInt32(out status) || status is < 200 or > 599)) return null;
        return new([], Refuse(status, headers, result.TryGetProperty("message", out var message) ? message : default));
    }

    private static KeyValuePair<string, StringValues>[]? ReadHeaders(JsonElement result)
    {
        if (!result.TryGetProperty("headers", out var members) || members.ValueKind == JsonValueKind.Null) return [];
        if (members.ValueKind != JsonValueKind.Object) return null;
        var headers = new List<KeyValuePair<string, StringValues>>();
        foreach (var member in members.EnumerateObject())
        {
            var value = member.Value.ValueKind switch
            {
                JsonValueKind.String => FieldText.OfForeign(member.Value.GetString()!),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => null,
            };
            if (value is null || member.Name.Length == 0 || new HeaderNameAttribute().Refuse(member.Name) is not null) return null;
            if (!OutboundAnswer.IsAboutConnection(member.Name) && !member.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)) headers.Add(new(member.Name, value));
        }

        return [.. headers];
    }

    private static Answer Refuse(int status, KeyValuePair<string, StringValues>[] headers, JsonElement message) => message.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => Answer.From(Error(status, DefaultMessage), headers),
        JsonValueKind.String => Answer.From(Error(status, message.GetString()!), headers),
        _ => new Answer { Status = status, Headers = headers, Body = Encoding.UTF8.GetBytes($"{{\"message\":{message.GetRawText()}}}"), ContentType = "application/json; charset=utf-8" },
    };

    private static GatewayError Error(int status, string message) => new(status, "POLICY_REFUSED", message, Fault.Client);
}
