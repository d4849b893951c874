using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Plugins.TrafficSplit;

/// <summary>Divides requests between services by weight.</summary>
internal sealed class TrafficSplitPlugin : Plugin
{
    private readonly SplitTable[] tables;
    private readonly HashInputs? sticky;
    private readonly Random random;
    private readonly DestinationCounts counts;

    public TrafficSplitPlugin(TrafficSplitConfig config, PluginSetup setup)
    {
        random = setup.Random;
        var targets = new List<SplitTarget>();
        tables =
        [
            .. config.Rules.Select(rule => new SplitTable(rule, rule.Destinations.Select(d =>
            {
                var target = new SplitTarget(d, targets.Count, setup);
                targets.Add(target);
                return target;
            }))),
        ];
        sticky = config.Sticky switch
        {
            "cookie" => new HashInputs(new CookieInput(config.CookieName, config.CookiePath)),
            "consumer" => new HashInputs(new ConsumerInput(), new ClientAddressInput()),
            "header" => new HashInputs(new HeaderInput(config.StickyHeader!), new ClientAddressInput()),
            "ip" => HashInputs.ClientAddress,
            _ => null,
        };
        var label = setup.Middleware.InstanceName ?? setup.Middleware.Id.ToString();
        string[] names = [.. targets.Select(t => t.Name)];
        counts = setup.Shared.Get((Descriptor.Name, setup.Middleware.Id, label, string.Join(',', names)), setup.Snapshot.Lease, () => new DestinationCounts(Descriptor.Name, label, names));
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<TrafficSplitPlugin, TrafficSplitConfig>((c, s) => new TrafficSplitPlugin(c, s))
        {
            Name = "traffic-split",
            Summary = "Divides requests between services by weight, header or consumer group, with callers kept where they are.",
        };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        foreach (var table in tables)
        {
            if (!table.Takes(exchange)) continue;
            var target = sticky is null ? table.At(random.NextDouble()) : table.Of(sticky.Hash(exchange));
            if (target.For(exchange) is { } destination) exchange.SendTo(destination);
            counts.Note(exchange.LoopIndex, target.Number);
            break;
        }

        return Verdict.Continue;
    }
}
