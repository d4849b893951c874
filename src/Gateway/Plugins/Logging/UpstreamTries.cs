using System.Diagnostics;
using System.Net;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>The endpoints that an exchange was sent to, one after the other. Kept only where a log plugin runs.</summary>
internal sealed class UpstreamTries
{
    private static readonly PluginSlot<UpstreamTries> Slot = new();

    private readonly List<Try> tries = new(1);

    public IReadOnlyList<Try> All => tries;

    /// <summary>What was noted of <paramref name="exchange"/>; null when it went to no endpoint.</summary>
    public static UpstreamTries? Of(Exchange exchange) => Slot.Get(exchange);

    /// <summary>Notes the try that begins. Several log plugins may note the same one.</summary>
    public static void Note(Exchange exchange)
    {
        if (exchange.Endpoint is not { } endpoint) return;
        var noted = Slot.Get(exchange);
        if (noted is null) Slot.Set(exchange, noted = new UpstreamTries());
        var now = Stopwatch.GetTimestamp();
        if (noted.tries.Count < Math.Max(1, exchange.Timings.Tries)) noted.tries.Add(new Try(endpoint.Address, now));
    }

    /// <param name="Address">Where it went.</param>
    /// <param name="Started">When, in <see cref="Stopwatch"/> ticks.</param>
    internal readonly record struct Try(IPEndPoint Address, long Started);
}
