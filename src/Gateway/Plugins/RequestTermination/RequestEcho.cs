using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Requests;

namespace Sluice.Gateway.Plugins.RequestTermination;

/// <summary>Writes the request and what it matched as JSON, member for member as Kong does.</summary>
internal static class RequestEcho
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="exchange">The request.</param>
    /// <param name="message">Told beside it; left out when null.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="now">For objects whose file gives no times.</param>
    public static byte[] Write(Exchange exchange, string? message, byte[] body, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (message is not null) json.WriteString("message", message);
            json.WriteStartObject("kong");
            json.WriteString("hostname", Environment.MachineName);
            json.WriteString("node_id", Telemetry.GatewayNode.Id);
            json.WriteNumber("worker_pid", Environment.ProcessId);
            json.WriteEndObject();
            WriteRequest(json, exchange, body);
            if (exchange.Route is { } route) WriteEntity(json, "matched_route", EntityJson.Of(route, now));
            if (exchange.Service is { } service) WriteEntity(json, "matched_service", EntityJson.Of(service, now));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteRequest(Utf8JsonWriter json, Exchange exchange, byte[] body)
    {
        var request = exchange.Request;
        json.WriteStartObject("request");
        json.WriteString("scheme", exchange.Scheme);
        json.WriteString("host", request.Host.Host);
        json.WriteNumber("port", exchange.Http.Connection.LocalPort);
        json.WriteString("method", request.Method);
        json.WriteString("path", exchange.Path);
        json.WriteStartObject("headers");
        foreach (var (name, values) in request.Headers) RequestJson.WriteValues(json, name.ToLowerInvariant(), values);
        json.WriteEndObject();
        json.WriteStartObject("query");
        foreach (var (name, values) in Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(exchange.Query)) RequestJson.WriteValues(json, name, values);
        json.WriteEndObject();
        json.WriteString("raw_body", Encoding.UTF8.GetString(body));
        RequestJson.WriteCaptures(json, exchange.Match.Captures);
        json.WriteEndObject();
    }

    private static void WriteEntity(Utf8JsonWriter json, string name, byte[] entity)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(entity, skipInputValidation: true);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
