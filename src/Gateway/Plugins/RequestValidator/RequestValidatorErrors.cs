using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>What request-validator answers.</summary>
internal static class RequestValidatorErrors
{
    public static readonly GatewayError ContentType = Of("specified Content-Type is not allowed");

    public static readonly GatewayError Body = Of("request body doesn't conform to schema");

    public static readonly GatewayError Parameter = Of("request param doesn't conform to schema");

    public static readonly GatewayError TooLarge = new(413, "REQUEST_TOO_LARGE", "request body is too large to be validated", Fault.Client);

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One that says what is wrong: a text, or as Kong does with its own schema an object in the place of the message.</summary>
    public static Answer Verbose(JsonNode problem) =>
        problem is JsonValue text && text.TryGetValue<string>(out var message)
            ? Of(message).Answer
            : new Answer
            {
                Status = 400,
                ContentType = "application/json; charset=utf-8",
                Body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["message"] = problem.DeepClone() }, Relaxed),
            };

    private static GatewayError Of(string message) => new(400, "REQUEST_INVALID", message, Fault.Client);
}
