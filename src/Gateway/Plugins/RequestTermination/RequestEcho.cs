using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Plugins.RequestTermination;

/// <summary>Writes the request and what it matched as JSON, member for member as Kong does.</summary>
internal static class RequestEcho
{
    /// <summary>The workspace that all objects of Kong without a database are in.</summary>
    private const string Workspace = "0dc6f45b-8f8d-40d2-a504-473544ee190b";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string NodeId = Guid.NewGuid().ToString();

    /// <param name="exchange">The request.</param>
    /// <param name="message">Told beside it; left out when null.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="now">Seconds since 1970, for objects whose file gives no times.</param>
    public static byte[] Write(Exchange exchange, string? message, byte[] body, long now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (message is not null) json.WriteString("message", message);
            json.WriteStartObject("kong");
            json.WriteString("hostname", Environment.MachineName);
            json.WriteString("node_id", NodeId);
            json.WriteNumber("worker_pid", Environment.ProcessId);
            json.WriteEndObject();
            WriteRequest(json, exchange, body);
            if (exchange.Route is { } route) WriteRoute(json, route.Config, now);
            if (exchange.Service is { } service) WriteService(json, service.Config, now);
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
        foreach (var (name, values) in request.Headers) WriteValues(json, name.ToLowerInvariant(), values);
        json.WriteEndObject();
        json.WriteStartObject("query");
        foreach (var (name, values) in Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(exchange.Query)) WriteValues(json, name, values);
        json.WriteEndObject();
        json.WriteString("raw_body", Encoding.UTF8.GetString(body));
        WriteCaptures(json, exchange.Match.Captures);
        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            json.WriteString(name, values[0]);
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteCaptures(Utf8JsonWriter json, RouteCaptures? captures)
    {
        json.WriteStartObject("uri_captures");
        json.WriteStartObject("named");
        foreach (var (name, value) in captures?.Named ?? new Dictionary<string, string>(StringComparer.Ordinal)) json.WriteString(name, value);
        json.WriteEndObject();
        WriteList(json, "unnamed", captures?.Unnamed ?? []);
        json.WriteEndObject();
    }

    private static void WriteRoute(Utf8JsonWriter json, RouteConfig route, long now)
    {
        json.WriteStartObject("matched_route");
        WriteEntity(json, route, now);
        if (route.Name is not null) json.WriteString("name", route.Name);
        WriteList(json, "protocols", route.Protocols);
        WriteList(json, "methods", route.Methods);
        WriteList(json, "hosts", route.Hosts);
        WriteList(json, "paths", route.Paths);
        WriteList(json, "snis", route.Snis);
        if (route.Headers is not null)
        {
            json.WriteStartObject("headers");
            foreach (var (name, values) in route.Headers) WriteList(json, name, values);
            json.WriteEndObject();
        }

        json.WriteNumber("https_redirect_status_code", route.HttpsRedirectStatusCode);
        json.WriteString("path_handling", route.PathHandling);
        json.WriteBoolean("preserve_host", route.PreserveHost);
        json.WriteNumber("regex_priority", route.RegexPriority);
        json.WriteBoolean("request_buffering", route.RequestBuffering);
        json.WriteBoolean("response_buffering", route.ResponseBuffering);
        json.WriteBoolean("strip_path", route.StripPath);
        if (route.Service is { } service)
        {
            json.WriteStartObject("service");
            json.WriteString("id", service.Id);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteService(Utf8JsonWriter json, ServiceConfig service, long now)
    {
        json.WriteStartObject("matched_service");
        WriteEntity(json, service, now);
        if (service.Name is not null) json.WriteString("name", service.Name);
        json.WriteString("protocol", service.Protocol);
        json.WriteString("host", service.Host);
        json.WriteNumber("port", service.Port);
        if (service.Path is not null) json.WriteString("path", service.Path);
        json.WriteNumber("retries", service.Retries);
        json.WriteNumber("connect_timeout", service.ConnectTimeout);
        json.WriteNumber("write_timeout", service.WriteTimeout);
        json.WriteNumber("read_timeout", service.ReadTimeout);
        json.WriteBoolean("enabled", service.Enabled);
        json.WriteEndObject();
    }

    private static void WriteEntity(Utf8JsonWriter json, Entity entity, long now)
    {
        json.WriteString("id", entity.Id);
        json.WriteNumber("created_at", entity.CreatedAt ?? now);
        json.WriteNumber("updated_at", entity.UpdatedAt ?? now);
        json.WriteString("ws_id", Workspace);
        if (entity.Tags.Count > 0) WriteList(json, "tags", entity.Tags);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is null) return;
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
