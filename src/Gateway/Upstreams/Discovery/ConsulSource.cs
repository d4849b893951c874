using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>Consul's health API by blocking queries: each waits at the agent until the index it names has passed.</summary>
internal sealed class ConsulSource(ConsulDiscovery config, TimeProvider time) : DiscoverySource
{
    private readonly DiscoveryHttp http = new(time);

    public override string Name => $"consul {config.Service} at {config.Address}";

    public override async Task WatchAsync(Action<IReadOnlyList<PoolTarget>> found, CancellationToken stop)
    {
        ulong index = 0;

        // The agent adds up to a sixteenth of the wait, so that not all queries end at once.
        var patience = TimeSpan.FromSeconds(config.Wait * 17 / 16) + DiscoveryHttp.AnswerTime;
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(config.Address), Query(index)));
            if (config.Token is { } token) request.Headers.Add("X-Consul-Token", token);
            var (headers, body) = await http.AskAsync(request, patience, stop).ConfigureAwait(false);
            if (body.ValueKind != JsonValueKind.Array) throw new DiscoveryException("the answer is no list of instances");
            found([.. body.EnumerateArray().Select(Read).OfType<PoolTarget>()]);

            var next = headers.TryGetValues("X-Consul-Index", out var values) && ulong.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

            // Going back means that the agent has lost its state; 0 would not wait at all.
            var repeats = next == 0 || next < index;
            if (repeats) await Task.Delay(TimeSpan.FromSeconds(1), time, stop).ConfigureAwait(false);
            index = next < index ? 0 : next;
        }
    }

    public override void Dispose() => http.Dispose();

    private string Query(ulong index)
    {
        var query = new StringBuilder("/v1/health/service/").Append(Uri.EscapeDataString(config.Service));
        query.Append(CultureInfo.InvariantCulture, $"?index={index}&wait={config.Wait}s");
        if (config.Passing) query.Append("&passing=1");
        if (config.Tag is { } tag) query.Append("&tag=").Append(Uri.EscapeDataString(tag));
        if (config.Datacenter is { } datacenter) query.Append("&dc=").Append(Uri.EscapeDataString(datacenter));
        if (config.Namespace is { } space) query.Append("&ns=").Append(Uri.EscapeDataString(space));
        return query.ToString();
    }

    /// <summary>An instance without an address of its own is at its node's.</summary>
    private static PoolTarget? Read(JsonElement instance)
    {
        if (instance.ValueKind != JsonValueKind.Object || !instance.TryGetProperty("Service", out var service)) return null;
        var host = Text(service, "Address");
        if (string.IsNullOrEmpty(host) && instance.TryGetProperty("Node", out var node)) host = Text(node, "Address");
        if (string.IsNullOrEmpty(host) || !EndpointText.IsHost(host) || !service.TryGetProperty("Port", out var p) || !p.TryGetInt32(out var port) || port is <= 0 or > 65535) return null;

        // Consul's own weights are 1 for everyone who does not say otherwise.
        var weight = service.TryGetProperty("Weights", out var weights) && weights.ValueKind == JsonValueKind.Object && weights.TryGetProperty("Passing", out var w) && w.TryGetInt32(out var passing)
            ? Math.Clamp(passing, 0, 65535)
            : 1;
        return new PoolTarget(new TargetAddress(host, port), weight);
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
