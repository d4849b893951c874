using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// The header fields that the gateway itself adds to a response, under the names that dashboards and clients of Kong already know:
/// Via and Server, X-Kong-Request-Id, and the latencies in whole milliseconds.
/// </summary>
internal static class GatewayHeaders
{
    /// <summary>The version of this program, as it names itself.</summary>
    public static readonly string Version = typeof(GatewayHeaders).Assembly.GetName().Version!.ToString(3);

    private static readonly string ServerValue = "sluice/" + Version;
    private static readonly string ViaValue = "1.1 " + ServerValue;
    private const string RequestIdName = "X-Kong-Request-Id";

    private static readonly StringValues Server = ServerValue;
    private static readonly StringValues Via = ViaValue;

    /// <summary>The latencies that occur most, as values that are made once.</summary>
    private static readonly StringValues[] Milliseconds =
        [.. Enumerable.Range(0, 1000).Select(ms => new StringValues(ms.ToString(CultureInfo.InvariantCulture)))];

    public static void Apply(Exchange exchange)
    {
        var headers = exchange.Response.Headers;
        var which = exchange.Snapshot.Settings.Headers;
        var names = !exchange.HidesServer;
        if (exchange.Source is ResponseSource.Upstream or ResponseSource.Cache || exchange.Error is { Fault: Fault.Upstream } && exchange.Timings.Tries > 0)
        {
            if (names && which.Server && headers.Server.Count == 0) headers.Server = Server;
            if (which.Latency) AddUpstreamLatencies(exchange, headers);
            if (names && which.Via) headers.Via = headers.Via is { Count: > 0 } others ? $"{others}, {ViaValue}" : Via;
            if (which.UpstreamStatus) headers["X-Kong-Upstream-Status"] = exchange.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            if (which.Latency)
                headers["X-Kong-Response-Latency"] = Value(Stopwatch.GetElapsedTime(exchange.Timings.Started).Ticks / TimeSpan.TicksPerMillisecond);
            if (names && which.Server && headers.Server.Count == 0) headers.Server = Server;
        }

        if (which.RequestId) headers[RequestIdName] = exchange.RequestIdForHeader;
        AddCharset(exchange.Response, headers);
    }

    /// <summary>The same fields on the answer to a request that never became an exchange.</summary>
    public static void AppendForRejected(System.Text.StringBuilder head, Snapshot.ResponseHeaderSettings which, string requestId)
    {
        if (which.Latency) head.Append("X-Kong-Response-Latency: 0\r\n");
        if (which.Server) head.Append("Server: ").Append(ServerValue).Append("\r\n");
        if (which.RequestId) head.Append(RequestIdName).Append(": ").Append(requestId).Append("\r\n");
    }

    private static void AddUpstreamLatencies(Exchange exchange, IHeaderDictionary headers)
    {
        ref var timings = ref exchange.Timings;
        var until = timings.UpstreamAnswered == 0 && timings.UpstreamStarted != 0 ? Stopwatch.GetTimestamp() : timings.UpstreamAnswered;
        var waited = Span(timings.UpstreamStarted, until);
        headers["X-Kong-Upstream-Latency"] = Value(waited);
        headers["X-Kong-Proxy-Latency"] = Value(Math.Max(0, Span(timings.Started, timings.UpstreamStarted)));
    }

    private static long Span(long from, long to) =>
        from == 0 || to == 0 ? 0 : Stopwatch.GetElapsedTime(from, to).Ticks / TimeSpan.TicksPerMillisecond;

    private static StringValues Value(long milliseconds) =>
        (ulong)milliseconds < (ulong)Milliseconds.Length
            ? Milliseconds[milliseconds]
            : milliseconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>Kong runs nginx with <c>charset UTF-8</c>: textual types without a charset get one, but not on 301 and 302.</summary>
    private static void AddCharset(HttpResponse response, IHeaderDictionary headers)
    {
        var type = (string?)headers.ContentType;
        if (type is null || type.Length < 8 || type[0] is not ('t' or 'a') || response.StatusCode is 301 or 302) return;
        var withCharset = type switch
        {
            "text/plain" => "text/plain; charset=UTF-8",
            "text/html" => "text/html; charset=UTF-8",
            "text/xml" => "text/xml; charset=UTF-8",
            "application/javascript" => "application/javascript; charset=UTF-8",
            "application/rss+xml" => "application/rss+xml; charset=UTF-8",
            "text/vnd.wap.wml" => "text/vnd.wap.wml; charset=UTF-8",
            _ => null,
        };
        if (withCharset is not null) headers[HeaderNames.ContentType] = withCharset;
    }
}
