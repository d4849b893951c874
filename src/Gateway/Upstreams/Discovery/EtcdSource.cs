using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>The keys below a prefix in etcd 3, by its JSON gateway: read once, then watched from that revision on.</summary>
internal sealed class EtcdSource(EtcdDiscovery config, TimeProvider time) : DiscoverySource
{
    private readonly DiscoveryHttp http = new(time, config.CaFile);
    private int member;

    public override string Name => $"etcd {config.Prefix} at {string.Join(", ", config.Endpoints)}";

    public override async Task WatchAsync(Action<IReadOnlyList<PoolTarget>> found, CancellationToken stop)
    {
        var address = new Uri(config.Endpoints[(int)((uint)member++ % config.Endpoints.Count)]);
        var token = await LogInAsync(address, stop).ConfigureAwait(false);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var revision = await ReadAsync(address, token, values, stop).ConfigureAwait(false);
        found(Endpoints(values));

        // The member works: it is asked again should the watch end.
        member--;
        var create = new { create_request = new { key = Key(config.Prefix), range_end = End(config.Prefix), start_revision = (revision + 1).ToString(CultureInfo.InvariantCulture), progress_notify = true } };
        using var request = WithToken(DiscoveryHttp.Post(new Uri(address, "/v3/watch"), create), token);
        await foreach (var message in http.StreamAsync(request, stop).ConfigureAwait(false))
            if (Apply(message, values)) found(Endpoints(values));
        member++;
        throw new DiscoveryException("the watch has ended");
    }

    public override void Dispose() => http.Dispose();

    private async Task<string?> LogInAsync(Uri address, CancellationToken stop)
    {
        if (config.Username is not { } name) return null;
        using var request = DiscoveryHttp.Post(new Uri(address, "/v3/auth/authenticate"), new { name, password = config.Password ?? "" });
        var (_, body) = await http.AskAsync(request, DiscoveryHttp.AnswerTime, stop).ConfigureAwait(false);
        return body.TryGetProperty("token", out var token) ? token.GetString() : throw new DiscoveryException("the login gave no token");
    }

    private async Task<long> ReadAsync(Uri address, string? token, Dictionary<string, string> values, CancellationToken stop)
    {
        using var request = WithToken(DiscoveryHttp.Post(new Uri(address, "/v3/kv/range"), new { key = Key(config.Prefix), range_end = End(config.Prefix) }), token);
        var (_, body) = await http.AskAsync(request, DiscoveryHttp.AnswerTime, stop).ConfigureAwait(false);
        if (body.TryGetProperty("kvs", out var pairs))
            foreach (var pair in pairs.EnumerateArray()) values[Text(pair, "key")] = Text(pair, "value");
        return body.TryGetProperty("header", out var header) && header.TryGetProperty("revision", out var revision)
            && long.TryParse(revision.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new DiscoveryException("the answer has no revision");
    }

    /// <summary>Takes over the events of one message; whether there were any.</summary>
    private static bool Apply(JsonElement message, Dictionary<string, string> values)
    {
        if (message.TryGetProperty("error", out var error)) throw new DiscoveryException("the watch failed: " + error.GetRawText());
        if (!message.TryGetProperty("result", out var result)) return false;
        if (result.TryGetProperty("canceled", out var canceled) && canceled.ValueKind == JsonValueKind.True)
            throw new DiscoveryException(result.TryGetProperty("compact_revision", out _) ? "the watched revision was compacted" : "the watch was cancelled");
        if (!result.TryGetProperty("events", out var events)) return false;
        foreach (var change in events.EnumerateArray())
        {
            var pair = change.GetProperty("kv");
            if (change.TryGetProperty("type", out var type) && type.GetString() == "DELETE") values.Remove(Text(pair, "key"));
            else values[Text(pair, "key")] = Text(pair, "value");
        }

        return true;
    }

    private static PoolTarget[] Endpoints(Dictionary<string, string> values) =>
        [.. values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => EndpointText.Parse(v.Value)).OfType<PoolTarget>()];

    private static HttpRequestMessage WithToken(HttpRequestMessage request, string? token)
    {
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", token);
        return request;
    }

    private static string Key(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>The first key that does not begin with the prefix.</summary>
    private static string End(string prefix)
    {
        var bytes = Encoding.UTF8.GetBytes(prefix);
        var last = Array.FindLastIndex(bytes, b => b < 0xFF);
        if (last < 0) return Convert.ToBase64String([0]);
        bytes[last]++;
        return Convert.ToBase64String(bytes, 0, last + 1);
    }

    private static string Text(JsonElement pair, string name) =>
        pair.TryGetProperty(name, out var value) && value.GetString() is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : "";
}
