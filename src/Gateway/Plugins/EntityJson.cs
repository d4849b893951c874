using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins;

/// <summary>
/// Routes, services and consumers as log entries and echoes show them: Kong's objects without the fields that are not set. Written once per snapshot.
/// </summary>
internal static class EntityJson
{
    /// <summary>The id that Kong gives the default workspace of every installation without a database.</summary>
    public const string Workspace = "0dc6f45b-8f8d-40d2-a504-473544ee190b";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly ConditionalWeakTable<object, byte[]> Written = [];

    public static byte[] Of(RouteModel route, DateTimeOffset now) => Cached(route, route.Config, now, WriteRoute);

    public static byte[] Of(ServiceModel service, DateTimeOffset now) => Cached(service, service.Config, now, WriteService);

    public static byte[] Of(ConsumerModel consumer, DateTimeOffset now) => Cached(consumer, consumer.Config, now, WriteConsumer);

    private static byte[] Cached<T>(object model, T config, DateTimeOffset now, Action<Utf8JsonWriter, T> write)
        where T : Entity
    {
        if (Written.TryGetValue(model, out var written)) return written;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("id", config.Id);
            json.WriteNumber("created_at", config.CreatedAt ?? now.ToUnixTimeSeconds());
            json.WriteNumber("updated_at", config.UpdatedAt ?? config.CreatedAt ?? now.ToUnixTimeSeconds());
            json.WriteString("ws_id", Workspace);
            if (config.Tags.Count > 0) WriteList(json, "tags", config.Tags);
            write(json, config);
            json.WriteEndObject();
        }

        return Written.GetValue(model, _ => buffer.WrittenSpan.ToArray());
    }

    private static void WriteRoute(Utf8JsonWriter json, RouteConfig route)
    {
        if (route.Name is not null) json.WriteString("name", route.Name);
        if (route.Service is not null)
        {
            json.WriteStartObject("service");
            json.WriteString("id", route.Service.Id);
            json.WriteEndObject();
        }

        WriteList(json, "protocols", route.Protocols);
        if (route.Methods is not null) WriteList(json, "methods", route.Methods);
        if (route.Hosts is not null) WriteList(json, "hosts", route.Hosts);
        if (route.Paths is not null) WriteList(json, "paths", route.Paths);
        if (route.Snis is not null) WriteList(json, "snis", route.Snis);
        if (route.Headers is not null)
        {
            json.WriteStartObject("headers");
            foreach (var (name, values) in route.Headers) WriteList(json, name, values);
            json.WriteEndObject();
        }

        if (route.Expression is not null) json.WriteString("expression", route.Expression);
        json.WriteNumber("regex_priority", route.RegexPriority);
        json.WriteBoolean("strip_path", route.StripPath);
        json.WriteString("path_handling", route.PathHandling);
        json.WriteBoolean("preserve_host", route.PreserveHost);
        json.WriteNumber("https_redirect_status_code", route.HttpsRedirectStatusCode);
        json.WriteBoolean("request_buffering", route.RequestBuffering);
        json.WriteBoolean("response_buffering", route.ResponseBuffering);
    }

    private static void WriteService(Utf8JsonWriter json, ServiceConfig service)
    {
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
        if (service.TlsVerify is { } verify) json.WriteBoolean("tls_verify", verify);
    }

    private static void WriteConsumer(Utf8JsonWriter json, ConsumerConfig consumer)
    {
        if (consumer.Username is not null) json.WriteString("username", consumer.Username);
        if (consumer.CustomId is not null) json.WriteString("custom_id", consumer.CustomId);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
