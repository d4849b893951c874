using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Requests;

namespace Sluice.Gateway.Plugins.Opa;

/// <summary>What a policy is told of a request, member for member as Kong does.</summary>
internal static class OpaInput
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <param name="exchange">The request.</param>
    /// <param name="config">What of it is told.</param>
    /// <param name="body">Its body; null when that is not told.</param>
    /// <param name="now">For objects whose file gives no times.</param>
    public static byte[] Write(Exchange exchange, OpaConfig config, byte[]? body, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("input");
            json.WriteStartObject("request");
            WriteHttp(json, exchange, config, body);
            json.WriteEndObject();
            json.WriteString("client_ip", exchange.ClientAddress.ToString());
            if (config.IncludeServiceInOpaInput && exchange.Service is { } service) WriteRaw(json, "service", EntityJson.Of(service, now));
            if (config.IncludeRouteInOpaInput && exchange.Route is { } route) WriteRaw(json, "route", EntityJson.Of(route, now));
            if (config.IncludeConsumerInOpaInput && exchange.Consumer is { } consumer) WriteRaw(json, "consumer", EntityJson.Of(consumer, now));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteHttp(Utf8JsonWriter json, Exchange exchange, OpaConfig config, byte[]? body)
    {
        var request = exchange.Request;
        json.WriteStartObject("http");
        json.WriteString("host", request.Host.Host);
        json.WriteString("port", exchange.Http.Connection.LocalPort.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("method", request.Method);
        json.WriteString("scheme", exchange.Scheme);
        json.WriteString("path", exchange.Path);
        json.WriteStartObject("querystring");
        foreach (var (name, values) in QueryHelpers.ParseQuery(exchange.Query)) RequestJson.WriteValues(json, name, values);
        json.WriteEndObject();
        json.WriteStartObject("headers");
        foreach (var (name, values) in request.Headers) RequestJson.WriteValues(json, name.ToLowerInvariant(), values);
        json.WriteEndObject();
        if (exchange.Scheme is "https") WriteTls(json, exchange);
        if (body is not null && config.IncludeBodyInOpaInput) json.WriteString("body", Encoding.UTF8.GetString(body));
        if (body is not null && config.IncludeParsedJsonBodyInOpaInput && IsJson(request.ContentType) && IsReadable(body)) WriteRaw(json, "parsed_body", body);
        if (config.IncludeUriCapturesInOpaInput) RequestJson.WriteCaptures(json, exchange.Match.Captures);
        json.WriteEndObject();
    }

    private static void WriteTls(Utf8JsonWriter json, Exchange exchange)
    {
        json.WriteStartObject("tls");
        if (exchange.Http.Features.Get<Microsoft.AspNetCore.Connections.Features.ITlsHandshakeFeature>() is { } tls)
        {
            json.WriteString("version", tls.Protocol.ToString());
            if (tls.NegotiatedCipherSuite is { } cipher) json.WriteString("cipher", cipher.ToString());
            if (tls.HostName is { Length: > 0 } name) json.WriteString("sni", name);
        }

        json.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, byte[] value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    private static bool IsJson(string? contentType) => contentType?.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A member that is there twice is read one way by the policy and another by the upstream: the policy then sees no body at all.</summary>
    private static bool IsReadable(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
