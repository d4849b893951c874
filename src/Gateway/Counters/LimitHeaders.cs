using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Counters;

/// <summary>Tells clients their limits.</summary>
internal static class LimitHeaders
{
    /// <summary>
    /// An upstream's own line of the same name comes after ours, as in Kong; most clients take the last. In a response from the cache such a line is
    /// what another request was told, and is replaced.
    /// </summary>
    public static void Tell(Exchange exchange, string name, StringValues value)
    {
        var headers = exchange.Response.Headers;
        headers[name] = exchange.Source != ResponseSource.Cache && headers.TryGetValue(name, out var own) ? StringValues.Concat(value, own) : value;
    }
}
