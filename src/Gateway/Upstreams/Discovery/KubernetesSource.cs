using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>
/// The EndpointSlices of a service: listed, then watched from the resource version of the list on. A watch that ends in order is begun again
/// where it was; one whose version the server no longer has (410 Gone) begins with a new list.
/// </summary>
internal sealed class KubernetesSource : DiscoverySource
{
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const int Gone = 410;

    private readonly KubernetesDiscovery config;
    private readonly DiscoveryHttp http;
    private readonly Uri slices;
    private readonly string where;

    public KubernetesSource(KubernetesDiscovery config, TimeProvider time)
    {
        this.config = config;
        http = new DiscoveryHttp(time, config.CaFile);
        var address = config.Address ?? InCluster();
        var space = config.Namespace ?? (File.Exists(AccountFolder + "/namespace") ? File.ReadAllText(AccountFolder + "/namespace").Trim() : "default");
        where = $"{space}/{config.Service}";
        slices = new Uri(new Uri(address), $"/apis/discovery.k8s.io/v1/namespaces/{Uri.EscapeDataString(space)}/endpointslices?labelSelector="
            + Uri.EscapeDataString("kubernetes.io/service-name=" + config.Service));
    }

    public override string Name => $"kubernetes {where} at {slices.GetLeftPart(UriPartial.Authority)}";

    public override async Task WatchAsync(Action<IReadOnlyList<PoolTarget>> found, CancellationToken stop)
    {
        while (true)
        {
            var known = new SortedDictionary<string, PoolTarget[]>(StringComparer.Ordinal);
            var version = await ListAsync(known, stop).ConfigureAwait(false);
            found(Endpoints(known));
            while (version is not null) version = await WatchFromAsync(version, known, found, stop).ConfigureAwait(false);
        }
    }

    public override void Dispose() => http.Dispose();

    private static string InCluster()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "443";
        return host is null ? "https://kubernetes.default.svc" : $"https://{TargetAddress.HostHeader(host, int.Parse(port, CultureInfo.InvariantCulture), -1)}";
    }

    private async Task<string> ListAsync(SortedDictionary<string, PoolTarget[]> known, CancellationToken stop)
    {
        var more = "";
        while (true)
        {
            using var request = Get(new Uri(slices.OriginalString + "&limit=500" + more));
            var (_, body) = await http.AskAsync(request, DiscoveryHttp.AnswerTime, stop).ConfigureAwait(false);
            foreach (var slice in body.GetProperty("items").EnumerateArray()) known[NameOf(slice)] = Read(slice);
            var metadata = body.GetProperty("metadata");
            if (metadata.TryGetProperty("continue", out var next) && next.GetString() is { Length: > 0 } token) more = "&continue=" + Uri.EscapeDataString(token);
            else return metadata.GetProperty("resourceVersion").GetString() ?? throw new DiscoveryException("the list has no resource version");
        }
    }

    /// <returns>The version to go on from; null when only a new list helps.</returns>
    private async Task<string?> WatchFromAsync(
        string version, SortedDictionary<string, PoolTarget[]> known, Action<IReadOnlyList<PoolTarget>> found, CancellationToken stop)
    {
        using var request = Get(new Uri($"{slices.OriginalString}&watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion={Uri.EscapeDataString(version)}"));
        var began = version;
        try
        {
            await foreach (var change in http.StreamAsync(request, stop).ConfigureAwait(false))
            {
                var (type, about) = (change.GetProperty("type").GetString(), change.GetProperty("object"));
                if (type == "ERROR")
                {
                    if (about.TryGetProperty("code", out var code) && code.TryGetInt32(out var number) && number == Gone) return null;
                    throw new DiscoveryException("the watch failed: " + (about.TryGetProperty("message", out var message) ? message.GetString() : about.GetRawText()));
                }

                version = about.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? version;
                if (type == "BOOKMARK") continue;
                if (type == "DELETED") known.Remove(NameOf(about));
                else known[NameOf(about)] = Read(about);
                found(Endpoints(known));
            }
        }
        catch (DiscoveryException e) when (e.Data["status"] is Gone)
        {
            return null;
        }

        // A server that ends watches at once is not asked in a circle.
        return version != began ? version : throw new DiscoveryException("the watch has ended");
    }

    private HttpRequestMessage Get(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);

        // Tokens of pods are renewed on disk within the hour.
        var token = config.Token ?? (File.Exists(config.TokenFile) ? File.ReadAllText(config.TokenFile).Trim() : null);
        if (token is { Length: > 0 }) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private static string NameOf(JsonElement slice) => slice.GetProperty("metadata").GetProperty("name").GetString() ?? "";

    private static PoolTarget[] Endpoints(SortedDictionary<string, PoolTarget[]> known) => [.. known.Values.SelectMany(e => e)];

    /// <summary>The addresses of a slice that are ready; one whose readiness is not told counts as ready (API reference, EndpointConditions).</summary>
    private PoolTarget[] Read(JsonElement slice)
    {
        if (PortOf(slice) is not { } port || !slice.TryGetProperty("endpoints", out var endpoints) || endpoints.ValueKind != JsonValueKind.Array) return [];
        return
        [
            .. endpoints.EnumerateArray()
                .Where(e => !(e.TryGetProperty("conditions", out var conditions) && conditions.TryGetProperty("ready", out var ready) && ready.ValueKind == JsonValueKind.False))
                .SelectMany(e => e.GetProperty("addresses").EnumerateArray())
                .Select(a => a.GetString())
                .OfType<string>()
                .Where(EndpointText.IsHost)
                .Select(a => new PoolTarget(new TargetAddress(a, port), EndpointText.DefaultWeight)),
        ];
    }

    private int? PortOf(JsonElement slice)
    {
        if (!slice.TryGetProperty("ports", out var ports) || ports.ValueKind != JsonValueKind.Array) return null;
        foreach (var port in ports.EnumerateArray())
        {
            if (!port.TryGetProperty("port", out var number) || number.ValueKind != JsonValueKind.Number) continue;
            var name = port.TryGetProperty("name", out var text) ? text.GetString() : null;
            if (config.Port is null || config.Port == name || config.Port == number.GetRawText()) return number.GetInt32();
        }

        return null;
    }
}
