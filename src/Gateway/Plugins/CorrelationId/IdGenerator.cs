using System.Globalization;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.CorrelationId;

/// <summary>Makes correlation ids in Kong's three forms.</summary>
internal static class IdGenerator
{
    private static readonly string Process = Guid.NewGuid().ToString();

    private static long counter;

    public static Func<Exchange, string> For(string? form, TimeProvider time) => form switch
    {
        "uuid" => static _ => Guid.NewGuid().ToString(),
        "tracker" => exchange => Tracker(exchange, time),
        _ => static _ => string.Create(CultureInfo.InvariantCulture, $"{Process}#{Interlocked.Increment(ref counter)}"),
    };

    /// <summary><c>server address-port-process-connection-request of the connection-seconds</c>.</summary>
    private static string Tracker(Exchange exchange, TimeProvider time)
    {
        var connection = exchange.Http.Connection;
        var seconds = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{connection.LocalIpAddress}-{connection.LocalPort}-{Environment.ProcessId}-{connection.Id}-{exchange.Http.TraceIdentifier.AsSpan().TrimStart(connection.Id).TrimStart(':')}-{seconds:F3}");
    }
}
