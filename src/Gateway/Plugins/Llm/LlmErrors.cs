using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Refusals in the form that clients of OpenAI know: <c>{"error": {"message": "..."}}</c>.</summary>
internal static class LlmErrors
{
    public const string NotJson = "this LLM route only supports application/json requests";

    public const string NoRequest = "content-type header does not match request body, or bad JSON formatting";

    public static Answer BadRequest(string message) => Answer(400, message);

    public static Answer Answer(int status, string message) => new()
    {
        Status = status,
        ContentType = "application/json; charset=utf-8",
        Body = Encoding.UTF8.GetBytes(new JsonObject { ["error"] = new JsonObject { ["message"] = message } }.ToJsonString(LlmClient.Relaxed)),
    };

    /// <summary>The request's body as a JSON object; null when it is none or larger than <paramref name="maxBytes"/>.</summary>
    public static async ValueTask<JsonObject?> ReadAsync(Exchange exchange, int maxBytes)
    {
        var type = exchange.Request.ContentType;
        if (type is not null && !type.Contains("application/json", StringComparison.OrdinalIgnoreCase)) return null;
        var body = await exchange.ReadRequestBodyAsync(maxBytes);
        return body is null ? null : LlmClient.Parse(body);
    }

    /// <summary>Sends a body of another length on.</summary>
    public static void Replace(Exchange exchange, byte[] body)
    {
        exchange.ReplaceRequestBody(body);
        exchange.Request.Headers.ContentLength = body.Length;
        exchange.Request.Headers.Remove("Transfer-Encoding");
    }
}
