using System.Text.Json;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>An endpoint as people write it into a file or a key: <c>host:port</c>, or an object with <c>address</c> and perhaps <c>weight</c>.</summary>
internal static class EndpointText
{
    public const int DefaultWeight = 100;
    private const int MostWeight = 65535;

    /// <summary>Null when it is none.</summary>
    public static PoolTarget? Parse(string text)
    {
        text = text.Trim();
        if (!text.StartsWith('{')) return Make(text, DefaultWeight);
        try
        {
            using var json = JsonDocument.Parse(text);
            var address = json.RootElement.TryGetProperty("address", out var value) || json.RootElement.TryGetProperty("Addr", out value) ? value.GetString() : null;
            var weight = json.RootElement.TryGetProperty("weight", out var number) ? number.GetInt32() : DefaultWeight;
            return address is null ? null : Make(address, weight);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public static PoolTarget? Make(string address, int weight) =>
        weight is >= 0 and <= MostWeight && TargetAddress.TryParse(address, 0, out var target) && target.Port > 0 && IsHost(target.Host) ? new PoolTarget(target, weight) : null;

    /// <summary>What comes from elsewhere becomes a Host field: nothing but a name or an address.</summary>
    public static bool IsHost(string host) => TargetAddress.ParseLiteral(host) is not null || Dns.DnsName.Normalize(host) is not null;
}
