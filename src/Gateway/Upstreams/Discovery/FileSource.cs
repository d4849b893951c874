using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>A file with a list of endpoints. It is looked at rather than watched, as configuration files are; see decision 0003.</summary>
internal sealed class FileSource(FileDiscovery config, TimeProvider time) : DiscoverySource
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public override string Name => $"file {config.Path}";

    public override async Task WatchAsync(Action<IReadOnlyList<PoolTarget>> found, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        byte[]? known = null;
        do
        {
            var content = await File.ReadAllBytesAsync(config.Path, stop).ConfigureAwait(false);
            if (known is not null && content.AsSpan().SequenceEqual(known)) continue;
            found(Read(content));
            known = content;
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    private List<PoolTarget> Read(byte[] content)
    {
        var (root, problem) = DocumentParser.Parse(config.Path, content, ConfigurationSource.FormatOf(config.Path), ReadLimits.Default);
        if (problem is not null) throw new DiscoveryException(problem.ToString());
        if (root is not ListNode list) throw new DiscoveryException($"{config.Path}: expected a list of endpoints, not {root!.Describe()}");
        var endpoints = new List<PoolTarget>();
        foreach (var item in list.Items)
        {
            var endpoint = item switch
            {
                ScalarNode { Kind: ScalarKind.String } text => EndpointText.Make(text.Text, EndpointText.DefaultWeight),
                MapNode map when map.Text("address") is { } address =>
                    map["weight"] is null ? EndpointText.Make(address, EndpointText.DefaultWeight)
                    : map["weight"] is ScalarNode weight && weight.TryInteger(out var number) && number is >= 0 and <= 65535 ? EndpointText.Make(address, (int)number)
                    : null,
                _ => null,
            };
            endpoints.Add(endpoint ?? throw new DiscoveryException($"{item.Place}: expected host:port, or a map of address and weight"));
        }

        return endpoints;
    }
}
