using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.AwsLambda;

/// <summary>What a function is told of the request, in JSON.</summary>
internal static class LambdaPayload
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Kong sends these as they are; everything else that it cannot take apart may be binary.
    private static readonly HashSet<string> TextTypes = new(StringComparer.Ordinal)
    {
        "text/plain", "text/html", "application/xml", "text/xml", "application/soap+xml",
    };

    /// <param name="exchange">The request.</param>
    /// <param name="config">Which form is wanted.</param>
    /// <param name="body">The request's body; null when it was too large.</param>
    /// <param name="now">The time.</param>
    public static byte[] Write(Exchange exchange, AwsLambdaConfig config, byte[]? body, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (config.AwsgatewayCompatible) WriteForGateway(json, exchange, config, body, now);
            else if (config.ForwardRequestBody || config.ForwardRequestHeaders || config.ForwardRequestMethod || config.ForwardRequestUri)
                WriteForwarded(json, exchange, config, body);
            else WriteArguments(json, exchange, body);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteForwarded(Utf8JsonWriter json, Exchange exchange, AwsLambdaConfig config, byte[]? body)
    {
        if (config.ForwardRequestMethod) json.WriteString("request_method", exchange.Request.Method);
        if (config.ForwardRequestHeaders)
        {
            json.WriteStartObject("request_headers");
            WriteHeaders(json, exchange, first: false);
            json.WriteEndObject();
        }

        if (config.ForwardRequestUri)
        {
            json.WriteString("request_uri", exchange.Path + exchange.Query);
            json.WriteStartObject("request_uri_args");
            foreach (var (name, values) in Query(exchange).All) WriteValues(json, name, values);
            json.WriteEndObject();
        }

        if (!config.ForwardRequestBody) return;
        var type = exchange.Request.ContentType ?? "";
        var arguments = RequestArguments.Read(type, body);
        if (arguments is null && !TextTypes.Contains(type) && config.Base64EncodeBody)
        {
            json.WriteString("request_body", Convert.ToBase64String(body ?? []));
            json.WriteBoolean("request_body_base64", true);
        }
        else if (body is { Length: > 0 })
        {
            json.WriteString("request_body", body);
        }

        json.WritePropertyName("request_body_args");
        if (arguments is null) json.WriteRawValue("{}"u8);
        else arguments.Write(json);
    }

    /// <summary>Kong's oldest form: the arguments of query and body, side by side.</summary>
    private static void WriteArguments(Utf8JsonWriter json, Exchange exchange, byte[]? body)
    {
        var query = Query(exchange);
        var members = RequestArguments.Read(exchange.Request.ContentType ?? "", body)?.Members() ?? [];
        foreach (var (name, values) in query.All)
            if (!members.ContainsKey(name)) WriteValues(json, name, values);
        foreach (var (name, value) in members)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    /// <summary>The event of Amazon's API Gateway, format 1.0.</summary>
    private static void WriteForGateway(Utf8JsonWriter json, Exchange exchange, AwsLambdaConfig config, byte[]? body, DateTimeOffset now)
    {
        var request = exchange.Request;
        json.WriteString("version", "1.0");
        json.WriteString("resource", Resource(exchange));
        json.WriteString("path", exchange.Upstream.Path ?? exchange.Path);
        json.WriteString("httpMethod", request.Method);
        json.WriteStartObject("headers");
        WriteHeaders(json, exchange, first: true);
        json.WriteEndObject();
        json.WriteStartObject("multiValueHeaders");
        foreach (var (name, values) in request.Headers)
        {
            json.WriteStartArray(name.ToLowerInvariant());
            foreach (var value in values) json.WriteStringValue(FieldText.Read(value ?? ""));
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("pathParameters");
        foreach (var (name, value) in exchange.Match.Captures?.Named ?? new Dictionary<string, string>()) json.WriteString(name, value);
        json.WriteEndObject();
        var query = Query(exchange);
        json.WriteStartObject("queryStringParameters");
        foreach (var (name, values) in query.All) WriteValues(json, name, values[..1]);
        json.WriteEndObject();
        json.WriteStartObject("multiValueQueryStringParameters");
        foreach (var (name, values) in query.All)
        {
            json.WriteStartArray(name);
            foreach (var value in values) WriteValue(json, value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteGatewayBody(json, config, body);
        WriteContext(json, exchange, now);
    }

    private static void WriteGatewayBody(Utf8JsonWriter json, AwsLambdaConfig config, byte[]? body)
    {
        if (config.Base64EncodeBody) json.WriteString("body", Convert.ToBase64String(body ?? []));
        else if (body is { Length: > 0 }) json.WriteString("body", body);
        json.WriteBoolean("isBase64Encoded", config.Base64EncodeBody);
    }

    private static void WriteContext(Utf8JsonWriter json, Exchange exchange, DateTimeOffset now)
    {
        var request = exchange.Request;
        var began = now - System.Diagnostics.Stopwatch.GetElapsedTime(exchange.Timings.Started);
        var path = exchange.Upstream.Path ?? exchange.Path;
        json.WriteStartObject("requestContext");
        json.WriteString("path", path);
        json.WriteString("protocol", request.Protocol);
        json.WriteString("httpMethod", request.Method);
        json.WriteString("domainName", request.Host.Host);
        json.WriteString("domainPrefix", request.Host.Host.Split('.')[0]);
        json.WriteStartObject("identity");
        json.WriteString("sourceIp", exchange.PeerAddress.ToString());
        if (request.Headers.UserAgent.Count > 0) json.WriteString("userAgent", request.Headers.UserAgent[0]);
        json.WriteEndObject();
        json.WriteString("requestId", exchange.RequestId);
        json.WriteString("requestTime", began.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        json.WriteNumber("requestTimeEpoch", began.ToUnixTimeMilliseconds());
        json.WriteString("resourcePath", path);
        json.WriteEndObject();
    }

    /// <summary>The path of the route that matched: its prefix, or its regular expression.</summary>
    private static string Resource(Exchange exchange)
    {
        var paths = exchange.Route?.Config.Paths ?? [];
        var matched = exchange.Path[..Math.Min(exchange.Match.MatchedLength, exchange.Path.Length)];
        foreach (var path in paths)
            if (path == matched) return path;
        return paths.FirstOrDefault(p => p.StartsWith('~'))?[1..] ?? matched;
    }

    private static Arguments Query(Exchange exchange) => Arguments.Parse(exchange.Query.Length > 1 ? exchange.Query.AsSpan(1) : []);

    private static void WriteHeaders(Utf8JsonWriter json, Exchange exchange, bool first)
    {
        foreach (var (name, values) in exchange.Request.Headers)
        {
            var lower = name.ToLowerInvariant();
            if (first || values.Count == 1) json.WriteString(lower, FieldText.Read(values[0] ?? ""));
            else WriteList(json, lower, values);
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, StringValues values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(FieldText.Read(value ?? ""));
        json.WriteEndArray();
    }

    internal static void WriteValues(Utf8JsonWriter json, string name, List<string?> values)
    {
        json.WritePropertyName(name);
        if (values.Count == 1)
        {
            WriteValue(json, values[0]);
            return;
        }

        json.WriteStartArray();
        foreach (var value in values) WriteValue(json, value);
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string? value)
    {
        if (value is null) json.WriteBooleanValue(true);
        else json.WriteStringValue(value);
    }
}
