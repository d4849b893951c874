using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Caching;

/// <summary>The metrics of what a cache holds, be it in memory or elsewhere.</summary>
internal static class EntrySizes
{
    public static void WriteTo(PrometheusText text, string cache, long bytes, long count)
    {
        text.Family("gateway_cache_bytes", "gauge", "Memory that the responses of a cache take.").Sample("gateway_cache_bytes", bytes, ("cache", cache));
        text.Family("gateway_cache_entries", "gauge", "Responses in a cache.").Sample("gateway_cache_entries", count, ("cache", cache));
    }
}
