using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// A JSON object on a line of its own for each exchange, to a file or standard output. Writing a line copies it into the memory of a
/// <see cref="LogFile"/>; it never waits for the disk and allocates next to nothing. <c>docs/reference/access-log.md</c> lists the fields.
/// </summary>
internal sealed class AccessLog : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    private readonly LogFile file;
    private readonly AccessLogQuery query;
    private readonly TimeProvider time;

    private AccessLog(string target, AccessLogQuery query, TimeProvider time, ILogger log)
    {
        // Opened for each write, so that the file may be moved away and a new one begun at any time.
        file = new LogFile(target, reopen: true, log);
        this.query = query;
        this.time = time;
    }

    /// <summary>The log that the settings ask for; null for <c>off</c>.</summary>
    public static AccessLog? Open(GatewaySettings settings, TimeProvider time, ILogger log) => settings.AccessLog switch
    {
        null => null,
        "stdout" => new AccessLog("/dev/stdout", settings.AccessLogQuery, time, log),
        var path => new AccessLog(path, settings.AccessLogQuery, time, log),
    };

    /// <summary>Writes the line of an exchange that is over.</summary>
    public void Write(Exchange exchange)
    {
        var json = Begin(exchange.RequestIdUtf8);
        WriteRequest(json, exchange);
        WriteOutcome(json, exchange);
        WriteParties(json, exchange);
        WriteConnection(json, exchange);
        End(json);
    }

    /// <summary>Writes the line of a request that could not be read, so that no exchange began.</summary>
    public void WriteRejected(string requestId, EndPoint? peer, int status, string error)
    {
        Span<byte> id = stackalloc byte[32];
        System.Text.Encoding.ASCII.TryGetBytes(requestId, id, out var length);
        var json = Begin(id[..length]);
        if (peer is IPEndPoint { Address: var address }) WriteAddress(json, address);
        json.WriteNumber("status"u8, status);
        json.WriteString("error"u8, error);
        End(json);
    }

    public void WriteTo(PrometheusText text, GatewayRuntime runtime) => file.WriteTo(text, runtime);

    /// <summary>Writes what is waiting.</summary>
    public void Dispose() => file.Dispose();

    private Utf8JsonWriter Begin(ReadOnlySpan<byte> requestId)
    {
        var bytes = buffer ??= new ArrayBufferWriter<byte>(1024);
        bytes.ResetWrittenCount();
        var json = writer ??= new Utf8JsonWriter(bytes, Options);
        json.Reset(bytes);
        json.WriteStartObject();
        var now = time.GetUtcNow().UtcTicks;
        json.WriteString("time"u8, new DateTime(now - now % TimeSpan.TicksPerMillisecond, DateTimeKind.Utc));
        json.WriteString("request_id"u8, requestId);
        return json;
    }

    private void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        file.Add(buffer!.WrittenSpan);
    }

    private void WriteRequest(Utf8JsonWriter json, Exchange exchange)
    {
        WriteAddress(json, exchange.ClientAddress);
        json.WriteString("method"u8, exchange.Request.Method);
        json.WriteString("scheme"u8, exchange.ForwardedScheme);
        if (exchange.Request.Headers.Host is [{ } host, ..]) json.WriteString("host"u8, host);

        // A request that was refused before its path was looked at has only the target as it came.
        if (exchange.Route is null) json.WriteString("path"u8, exchange.RawTarget.AsSpan(0, EndOfPath(exchange.RawTarget)));
        else json.WriteString("path"u8, exchange.Path);
        if (query != AccessLogQuery.Off && exchange.Route is not null) WriteQuery(json, exchange.Query);
        if (exchange.Request.Headers.UserAgent is [{ } agent, ..]) json.WriteString("user_agent"u8, agent);
    }

    private static void WriteOutcome(Utf8JsonWriter json, Exchange exchange)
    {
        ref readonly var timings = ref exchange.Timings;
        json.WriteNumber("status"u8, exchange.Response.StatusCode);
        json.WriteNumber("bytes_in"u8, timings.RequestBytes);
        json.WriteNumber("bytes_out"u8, timings.ResponseBytes);
        json.WriteNumber("duration_ms"u8, Milliseconds(timings.Ended - timings.Started));
        if (timings.UpstreamAnswered != 0) json.WriteNumber("upstream_ms"u8, Milliseconds(timings.UpstreamAnswered - timings.UpstreamStarted));
        if (timings.Tries != 0) json.WriteNumber("tries"u8, timings.Tries);
        if (exchange.Error is { } error) json.WriteString("error"u8, error.Code);
    }

    private static void WriteParties(Utf8JsonWriter json, Exchange exchange)
    {
        if (exchange.Route is { } route) json.WriteString("route"u8, route.Label);
        if (exchange.Service is { } service) json.WriteString("service"u8, service.Label);
        if (exchange.Consumer is { } consumer) json.WriteString("consumer"u8, consumer.Label);
        if (exchange.Endpoint is { } endpoint) json.WriteString("endpoint"u8, endpoint.Key);
    }

    private static void WriteConnection(Utf8JsonWriter json, Exchange exchange)
    {
        json.WriteString("protocol"u8, exchange.Request.Protocol);
        if (exchange.Scheme == "https" && exchange.Http.Features.Get<ITlsHandshakeFeature>() is { } tls)
            json.WriteString("tls"u8, tls.Protocol == SslProtocols.Tls13 ? "TLSv1.3"u8 : "TLSv1.2"u8);

        if (exchange.Trace is { } trace) json.WriteString("trace_id"u8, trace.TraceId);
        else if (TraceContext.TraceIdOf(exchange.Request.Headers) is { IsEmpty: false } told) json.WriteString("trace_id"u8, told);
    }

    private static void WriteAddress(Utf8JsonWriter json, IPAddress address)
    {
        Span<byte> text = stackalloc byte[65];
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.TryFormat(text, out var length)) json.WriteString("client"u8, text[..length]);
    }

    private void WriteQuery(Utf8JsonWriter json, string text)
    {
        if (text.Length <= 1) return;
        if (query == AccessLogQuery.Full)
        {
            json.WriteString("query"u8, text.AsSpan(1));
            return;
        }

        var names = ArrayPool<char>.Shared.Rent(text.Length);
        json.WriteString("query"u8, names.AsSpan(0, WithoutValues(text.AsSpan(1), names)));
        ArrayPool<char>.Shared.Return(names);
    }

    /// <summary>The query with <c>*</c> for each value, and for what has no name.</summary>
    internal static int WithoutValues(ReadOnlySpan<char> query, Span<char> names)
    {
        var written = 0;
        foreach (var range in query.Split('&'))
        {
            if (written > 0) names[written++] = '&';
            var name = query[range];
            var equals = name.IndexOf('=');
            if (equals > 0)
            {
                name[..(equals + 1)].CopyTo(names[written..]);
                written += equals + 1;
            }

            // A star stands for at least one character, so that the result is never longer than the query.
            if (!name.IsEmpty && equals != name.Length - 1) names[written++] = '*';
        }

        return written;
    }

    private static int EndOfPath(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? mark : target.Length;

    private static double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / Stopwatch.Frequency, 3);
}
