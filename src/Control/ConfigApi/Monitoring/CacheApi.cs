using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Caching;

namespace Sluice.Control.ConfigApi.Monitoring;

/// <summary><c>/api/v1/cache</c>: what this node, or all nodes together, keep of responses, and taking some of it out.</summary>
/// <param name="caches">Those in use now.</param>
internal sealed class CacheApi(Func<IReadOnlyList<ICachePurge>> caches)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/cache", ListAsync).Describe(new EndpointDescription("List the caches") { Group = "cache", ListsAll = true, AnswerType = typeof(CacheView) });
        routes.MapPost("/api/v1/cache/purge", PurgeAsync).Describe(new EndpointDescription("Take responses out of caches: of this node in memory, of all nodes in Redis") { Group = "cache", BodyType = typeof(CachePurgeBody), AnswerType = typeof(PurgedView) });
    }

    private async Task ListAsync(HttpContext http)
    {
        var all = new List<CacheView>();
        foreach (var cache in caches())
        {
            // Null while it is away.
            var size = await cache.SizeAsync();
            all.Add(new CacheView(cache.Name, cache.Storage, size?.Bytes, size?.Count));
        }

        await Envelope.AnswerAsync(http, all);
    }

    private async Task PurgeAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync<CachePurgeBody>(http) is not { } body) return;
        var chosen = caches().Where(c => body.Cache is null || c.Name == body.Cache).ToList();
        if (chosen.Count == 0 && body.Cache is not null)
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError("NOT_FOUND", $"there is no cache {body.Cache} in use", "cache"));
            return;
        }

        var purged = 0;
        List<string> away = [];
        foreach (var cache in chosen)
        {
            var removed = await (body switch
            {
                { Url: { } url } => cache.PurgeKeyAsync(url),
                { Prefix: { } prefix } => cache.PurgePrefixAsync(prefix),
                { Tag: { } tag } => cache.PurgeTagAsync(tag),
                _ => cache.PurgeAllAsync(),
            });
            purged += removed ?? 0;
            if (removed is null) away.Add(cache.Name);
        }

        if (away.Count == 0) await Envelope.AnswerAsync(http, new PurgedView(purged));
        else await Envelope.RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, new ApiError("CACHE_UNAVAILABLE", $"not everything could be taken out: {string.Join(", ", away)} cannot be reached now"));
    }

    private sealed record CacheView(string Name, string Storage, long? Bytes, long? Entries);

    private sealed record PurgedView(int Purged);
}

/// <summary>Which responses are taken out; exactly one of <c>url</c>, <c>prefix</c>, <c>tag</c> and <c>all</c>.</summary>
internal sealed record CachePurgeBody : IChecked
{
    /// <summary>Only of this cache; of all when absent.</summary>
    public string? Cache { get; init; }

    /// <summary>The URL as clients ask for it, with scheme and host.</summary>
    public string? Url { get; init; }

    /// <summary>All whose URL begins so.</summary>
    public string? Prefix { get; init; }

    /// <summary>All that carry this tag in Surrogate-Key or Cache-Tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Everything.</summary>
    public bool All { get; init; }

    public void Check(Action<string, string> report)
    {
        var given = new[] { Url is not null, Prefix is not null, Tag is not null, All }.Count(g => g);
        if (given != 1) report("", "must say exactly one of url, prefix, tag and all");
    }
}
