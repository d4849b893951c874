using System.Buffers;
using System.Diagnostics;
using System.Net.Security;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.CorrelationId;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Plugins.Tracing;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>Writes what happened in an exchange as one JSON object, shaped like Kong's.</summary>
internal static class LogEntry
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>The entry, without a line end. Valid until the next call on this thread.</summary>
    public static ReadOnlySpan<byte> Write(Exchange exchange, CustomFields custom, DateTimeOffset now)
    {
        var bytes = buffer ??= new ArrayBufferWriter<byte>(2048);
        bytes.ResetWrittenCount();
        var json = writer ??= new Utf8JsonWriter(bytes, Options);
        json.Reset(bytes);
        json.WriteStartObject();
        WriteRequest(json, exchange, custom);
        WriteResponse(json, exchange, custom);
        WriteTries(json, exchange, custom, now);
        WriteLatencies(json, exchange, custom);
        WriteParties(json, exchange, custom, now);
        custom.WriteAdded(json, exchange);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan;
    }

    private static void WriteRequest(Utf8JsonWriter json, Exchange exchange, CustomFields custom)
    {
        if (custom.Replaces("request")) return;
        var request = exchange.Request;
        json.WriteStartObject("request"u8);
        json.WriteString("id"u8, exchange.RequestIdUtf8);
        json.WriteString("method"u8, request.Method);
        json.WriteString("uri"u8, exchange.RawTarget);
        json.WriteString("url"u8, $"{exchange.Scheme}://{HostName(request.Headers.Host.ToString())}:{exchange.Http.Connection.LocalPort}{exchange.RawTarget}");
        json.WriteNumber("size"u8, RequestSize(exchange));
        WriteQuery(json, exchange.Query);
        json.WriteStartObject("headers"u8);
        foreach (var (name, values) in request.Headers)
        {
            var lower = LowerCaseNames.Of(name);
            if (lower is "authorization" or "proxy-authorization") json.WriteString(lower, "REDACTED"u8);
            else WriteField(json, lower, values);
        }

        json.WriteEndObject();
        if (exchange.Http.Features.Get<ITlsHandshakeFeature>() is { } tls) WriteTls(json, tls, exchange);
        json.WriteEndObject();
    }

    private static void WriteTls(Utf8JsonWriter json, ITlsHandshakeFeature tls, Exchange exchange)
    {
        json.WriteStartObject("tls"u8);
        json.WriteString("version"u8, tls.Protocol == System.Security.Authentication.SslProtocols.Tls13 ? "TLSv1.3"u8 : "TLSv1.2"u8);
        if (tls.NegotiatedCipherSuite is TlsCipherSuite suite) json.WriteString("cipher"u8, suite.ToString());
        json.WriteString("client_verify"u8, exchange.Http.Connection.ClientCertificate is null ? "NONE"u8 : "SUCCESS"u8);
        json.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter json, string query)
    {
        json.WriteStartObject("querystring"u8);
        if (query.Length > 1)
        {
            foreach (var (name, values) in Arguments.Parse(query.AsSpan(1)).All)
            {
                json.WritePropertyName(name);
                if (values.Count > 1) json.WriteStartArray();
                foreach (var value in values)
                {
                    if (value is null) json.WriteBooleanValue(true);
                    else json.WriteStringValue(value);
                }

                if (values.Count > 1) json.WriteEndArray();
            }
        }

        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, Exchange exchange, CustomFields custom)
    {
        if (custom.Replaces("response")) return;
        var response = exchange.Response;
        json.WriteStartObject("response"u8);
        json.WriteNumber("status"u8, response.StatusCode);
        json.WriteNumber("size"u8, exchange.Timings.ResponseBytes);
        json.WriteStartObject("headers"u8);
        if (response.Headers.Connection.Count == 0 && HttpProtocol.IsHttp11(exchange.Request.Protocol)) json.WriteString("connection"u8, "keep-alive"u8);
        foreach (var (name, values) in response.Headers)
        {
            // The server adds Date as it sends; what an upstream sent under that name cannot be told apart here, and an entry has its time.
            if (!name.Equals("Date", StringComparison.OrdinalIgnoreCase)) WriteField(json, LowerCaseNames.Of(name), values);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTries(Utf8JsonWriter json, Exchange exchange, CustomFields custom, DateTimeOffset now)
    {
        var tries = UpstreamTries.Of(exchange)?.All ?? [];
        var failed = exchange.Source == ResponseSource.Upstream ? 0 : exchange.Error?.Status ?? 502;
        if (!custom.Replaces("tries") && exchange.Route is not null)
        {
            json.WriteStartArray("tries"u8);
            for (var i = 0; i < tries.Count; i++) WriteTry(json, exchange, tries[i], i < tries.Count - 1 ? 502 : failed, i < tries.Count - 1, now);
            json.WriteEndArray();
        }

        if (!custom.Replaces("upstream_status"))
        {
            var last = exchange.Source == ResponseSource.Upstream ? exchange.Response.StatusCode : failed;
            json.WriteString("upstream_status"u8, tries.Count switch
            {
                0 => "",
                1 => last.ToString(),
                var n => string.Concat(Enumerable.Repeat("502, ", n - 1)) + last,
            });
        }

        if (!custom.Replaces("upstream_uri"))
            json.WriteString("upstream_uri"u8, exchange.Route is null ? "" : string.Concat(exchange.Upstream.Path, exchange.Upstream.Query));
    }

    private static void WriteTry(Utf8JsonWriter json, Exchange exchange, UpstreamTries.Try attempt, int failed, bool more, DateTimeOffset now)
    {
        var began = now - Stopwatch.GetElapsedTime(attempt.Started);
        json.WriteStartObject();
        json.WriteString("ip"u8, attempt.Address.Address.ToString());
        json.WriteNumber("port"u8, attempt.Address.Port);
        json.WriteNumber("balancer_start"u8, began.ToUnixTimeMilliseconds());
        json.WriteNumber("balancer_start_ns"u8, (began - DateTimeOffset.UnixEpoch).Ticks * 100);
        json.WriteNumber("balancer_latency"u8, 0);
        json.WriteNumber("balancer_latency_ns"u8, 0);
        if (failed != 0)
        {
            json.WriteString("state"u8, more ? "next"u8 : "failed"u8);
            json.WriteNumber("code"u8, failed);
        }

        json.WriteEndObject();
    }

    private static void WriteLatencies(Utf8JsonWriter json, Exchange exchange, CustomFields custom)
    {
        if (custom.Replaces("latencies")) return;
        var latencies = Latencies.Of(exchange);
        json.WriteStartObject("latencies"u8);
        json.WriteNumber("request"u8, latencies.Request);
        json.WriteNumber("kong"u8, latencies.Kong);
        json.WriteNumber("proxy"u8, latencies.Proxy);
        json.WriteNumber("receive"u8, latencies.Receive);
        json.WriteEndObject();
    }

    private static void WriteParties(Utf8JsonWriter json, Exchange exchange, CustomFields custom, DateTimeOffset now)
    {
        if (exchange.Route is { } route && !custom.Replaces("route")) Raw(json, "route"u8, EntityJson.Of(route, now));
        if (exchange.Service is { } service && !custom.Replaces("service")) Raw(json, "service"u8, EntityJson.Of(service, now));
        if (exchange.Consumer is { } consumer && !custom.Replaces("consumer")) Raw(json, "consumer"u8, EntityJson.Of(consumer, now));
        if (exchange.Credential is { } credential && !custom.Replaces("authenticated_entity"))
        {
            json.WriteStartObject("authenticated_entity"u8);
            json.WriteString("id"u8, credential.Id);
            json.WriteEndObject();
        }

        if (!custom.Replaces("client_ip")) json.WriteString("client_ip"u8, exchange.ClientAddress.ToString());
        if (!custom.Replaces("started_at"))
            json.WriteNumber("started_at"u8, (now - Stopwatch.GetElapsedTime(exchange.Timings.Started)).ToUnixTimeMilliseconds());
        if (!custom.Replaces("source")) json.WriteString("source"u8, exchange.Source == ResponseSource.Upstream ? "upstream"u8 : "kong"u8);
        if (!custom.Replaces("workspace")) json.WriteString("workspace"u8, EntityJson.Workspace);
        if (!custom.Replaces("workspace_name")) json.WriteString("workspace_name"u8, "default"u8);
        if (CorrelationIdPlugin.IdOf(exchange) is { } correlation && !custom.Replaces("correlation_id")) json.WriteString("correlation_id"u8, correlation);
        if (ShadowLimits.Of(exchange) is { } limit && !custom.Replaces("rate_limit_shadow")) json.WriteString("rate_limit_shadow"u8, limit);
        if (LlmLog.Of(exchange) is { } ai && !custom.Replaces("ai"))
        {
            json.WritePropertyName("ai"u8);
            ai.WriteTo(json);
        }

        if (Propagation.IdsOf(exchange) is { } traceIds && !custom.Replaces("trace_id"))
        {
            json.WriteStartObject("trace_id"u8);
            foreach (var (format, id) in traceIds) json.WriteString(format, id);
            json.WriteEndObject();
        }
    }

    private static void WriteField(Utf8JsonWriter json, string name, Microsoft.Extensions.Primitives.StringValues values)
    {
        if (values.Count == 1)
        {
            json.WriteString(name, FieldText.Read(values[0] ?? ""));
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(FieldText.Read(value ?? ""));
        json.WriteEndArray();
    }

    private static void Raw(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[] value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    /// <summary>The size of head and body as HTTP/1.1 writes them.</summary>
    public static long RequestSize(Exchange exchange)
    {
        var request = exchange.Request;
        var size = request.Method.Length + exchange.RawTarget.Length + " HTTP/1.1\r\n\r\n ".Length + Math.Max(exchange.Timings.RequestBytes, request.ContentLength ?? 0);
        foreach (var (name, values) in request.Headers)
            foreach (var value in values) size += name.Length + ": \r\n".Length + (value?.Length ?? 0);
        return size;
    }

    private static string HostName(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > host.LastIndexOf(']') ? host[..colon] : host;
    }
}
