namespace Sluice.Gateway.Telemetry;

/// <summary>The family that every writer of logs adds to.</summary>
internal static class LogDrops
{
    /// <param name="log">A path, or the name of the plugin.</param>
    public static void Write(PrometheusText text, string log, long dropped) =>
        text.Family("gateway_log_lines_dropped_total", "counter", "Log lines lost because their file or server was too slow or away.")
            .Part("gateway_log_lines_dropped_total", dropped, ("log", log));
}
