using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Answers from stored responses as RFC 9111 allows, validates those that are stale, and stores what may be stored.</summary>
internal sealed class HttpCachePlugin : Plugin
{
    public const string StatusHeader = "Cache-Status";

    /// <summary>How this cache calls itself in header fields.</summary>
    public const string CacheName = "sluice";

    private const string Surrogate = "Surrogate-Control";
    private const string Capability = CacheName + "=\"Surrogate/1.0\"";

    private static readonly PluginSlot<CacheUse> Slot = new();

    private readonly HttpCacheConfig config;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly IResponseStore responses;
    private readonly CacheActivity activity;
    private readonly StoredHead heads;
    private readonly bool isSurrogate;

    public HttpCachePlugin(HttpCacheConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        log = setup.Log;
        var (shared, lease) = (setup.Shared, setup.Snapshot.Lease);
        var redis = config.Storage is "redis" ? SharedRedis.For(config.Redis!, shared, lease, time, log, Descriptor.Name).Client : null;
        responses = shared.Get<IResponseStore>((config.Store, redis), lease, () => redis is null
            ? new MemoryResponses(time, config.MaxBytes) { Name = config.Store }
            : new RedisResponses(redis, config.Store, config.MaxBytes, time));
        activity = shared.Get(config.Store, lease, () => new CacheActivity(config.Store));
        heads = new StoredHead(config, time);
        isSurrogate = config.TargetedFields.Contains(Surrogate, StringComparer.OrdinalIgnoreCase);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<HttpCachePlugin, HttpCacheConfig>((c, s) => new HttpCachePlugin(c, s))
    {
        Name = "http-cache",
        Summary = "Stores responses and serves them again by the rules of HTTP caching (RFC 9111).",
    };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var request = exchange.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            Slot.Set(exchange, new CacheUse { Forward = "method", Started = time.GetTimestamp() });
            return Verdict.Continue;
        }

        var wants = WantsOf(request.Headers);
        if (wants.NoStore || Preconditions.AreForUpstream(request.Headers) || request.Headers.Upgrade.Count > 0)
        {
            Slot.Set(exchange, new CacheUse { Forward = "request", Started = time.GetTimestamp() });
            return wants.OnlyIfCached ? Verdict.Stop(HttpCacheErrors.NotCached.Answer) : Verdict.Continue;
        }

        var lookup = responses.FindAsync(exchange, config.ByConsumer);
        return lookup.IsCompletedSuccessfully ? Decide(exchange, wants, lookup.Result) : DecideLaterAsync(exchange, wants, lookup);
    }

    public override void BeforeUpstream(Exchange exchange)
    {
        if (isSurrogate) exchange.Request.Headers["Surrogate-Capability"] = Capability;
    }

    public override void UpstreamAnswered(Exchange exchange)
    {
        if (Slot.Get(exchange) is not { } use) return;
        var status = use.UpstreamStatus = exchange.Response.StatusCode;
        if (use.Resource is null)
        {
            if (use.Forward is "method") Invalidate(exchange, status);
            return;
        }

        if (use is { Stored: { } stored, Validates: true })
        {
            if (status == StatusCodes.Status304NotModified)
            {
                var refreshed = heads.Refreshed(exchange, use, stored);
                use.IsStored = true;
                activity.Note(exchange.LoopIndex, HttpCacheResult.Revalidated);
                exchange.AnswerInstead(AnswerWith(exchange, refreshed, use.ClientIfNoneMatch, use.ClientIfModifiedSince, ForwardStatus(use)));
                use.Told = true;
                _ = EndWhenStoredAsync(use, responses.ReplaceAsync(refreshed));
                return;
            }
        }

        if (status >= 500 && MayStandIn(use, out var standIn))
        {
            exchange.AnswerInstead(StandIn(exchange, use, standIn));
            return;
        }

        activity.Note(exchange.LoopIndex, HttpCacheResult.Miss);
        if (status == StatusCodes.Status200OK && use.Stored is { } known && HttpMethods.IsHead(exchange.Request.Method) && StoredHead.IsAbout(exchange.Response.Headers, known))
            _ = responses.ReplaceAsync(heads.Refreshed(exchange, use, known));
        Keep(exchange, use);
    }

    public override Answer? UpstreamFailed(Exchange exchange, GatewayError error) =>
        Slot.Get(exchange) is { } use && MayStandIn(use, out var stored) ? StandIn(exchange, use, stored) : null;

    public override void Respond(Exchange exchange)
    {
        if (!config.CacheStatus || Slot.Get(exchange) is not { Told: false } use) return;
        use.Told = true;
        var headers = exchange.Response.Headers;
        var status = ForwardStatus(use);
        headers[StatusHeader] = headers.TryGetValue(StatusHeader, out var others) && others.Count > 0 ? $"{others}, {status}" : status;
    }

    public override void Record(Exchange exchange)
    {
        // The client or the upstream broke off: whoever waits tries for itself.
        if (Slot.Get(exchange) is { IsBeingStored: false } use) End(use, lookAgain: true);
    }

    /// <summary>The request's directives; Pragma stands in for a Cache-Control that is not there (RFC 9111, section 5.4).</summary>
    private CacheControl WantsOf(IHeaderDictionary headers)
    {
        if (!config.ClientDirectives) return default;
        if (headers.CacheControl.Count > 0) return CacheControl.Parse(headers.CacheControl);
        return headers.Pragma.Count > 0 && headers.Pragma.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase)
            ? new CacheControl { NoCache = true }
            : default;
    }

    private async ValueTask<Verdict> DecideLaterAsync(Exchange exchange, CacheControl wants, ValueTask<CacheLookup> pending)
    {
        var lookup = await pending.ConfigureAwait(false);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return await Decide(exchange, wants, lookup);
    }

    private ValueTask<Verdict> Decide(Exchange exchange, in CacheControl wants, in CacheLookup lookup) =>
        AnswerFrom(exchange, wants, lookup, out var use) is { } answer ? Verdict.Stop(answer)
            : use is { Fill: { } fill } && !ReferenceEquals(fill, Begin(fill, use)) ? WaitAsync(exchange, wants, use)
            : Verdict.Continue;

    /// <summary>The answer from the store, or null and how to go on.</summary>
    private Answer? AnswerFrom(Exchange exchange, in CacheControl wants, in CacheLookup lookup, out CacheUse? use)
    {
        use = null;
        if (lookup.Found is { } found)
        {
            var age = found.AgeAt(time.GetTimestamp(), time);
            var judgement = Judge(found, age, wants);
            if (judgement != Judgement.Validate)
            {
                activity.Note(exchange.LoopIndex, judgement == Judgement.Fresh ? HttpCacheResult.Hit : HttpCacheResult.Stale);
                if (judgement == Judgement.StaleWhileRevalidate) Revalidate(exchange, found, lookup);
                return AnswerWith(exchange, found, age);
            }
        }

        if (wants.OnlyIfCached) return HttpCacheErrors.NotCached.Answer;
        use = UseOf(exchange, lookup);
        Slot.Set(exchange, use);
        if (use.Stored is { HasValidator: true } stored) AddValidators(exchange, use, stored);
        return null;
    }

    /// <summary>What an exchange that goes upstream needs to know later.</summary>
    private CacheUse UseOf(Exchange exchange, in CacheLookup lookup)
    {
        using var key = new ResourceKey(stackalloc char[512]);
        key.WriteResource(exchange);
        var use = new CacheUse
        {
            Forward = lookup.Found is not null ? "stale" : lookup.Names is not null ? "vary-miss" : "uri-miss",
            Resource = key.Text.ToString(),
            Started = time.GetTimestamp(),
            There = lookup.There,
            Stored = lookup.Found,
            IsAway = lookup.IsAway,
        };

        // While the store is away nobody would find what the first one gets.
        var headers = exchange.Request.Headers;
        var isPlain = headers.Range.Count == 0 && !Preconditions.AreThere(headers);
        if (config.CollapseTimeout > 0 && !lookup.IsAway && HttpMethods.IsGet(exchange.Request.Method) && (isPlain || lookup.Found is not null))
        {
            if (lookup.Names is { } names) key.WriteVariant(exchange, names, config.ByConsumer);
            else key.WriteParties(exchange, config.ByConsumer);
            use.Fill = new Fill(key.Text.ToString());
        }

        return use;
    }

    private static Judgement Judge(CachedResponse found, long age, in CacheControl wants)
    {
        var isFresh = age < found.Freshness.Lifetime;
        if (found.NoCache || wants.NoCache || found.Freshness.Lifetime - age < wants.MinFresh) return Judgement.Validate;

        // A reload asks for nothing older than now; what never changes need not be asked for (RFC 8246).
        if (wants.MaxAge is { } most && (age > most || most == 0) && !(found.Immutable && isFresh && most == 0)) return Judgement.Validate;
        if (isFresh) return Judgement.Fresh;
        if (found.MustRevalidate) return Judgement.Validate;
        var stale = age - found.Freshness.Lifetime;
        if (stale <= wants.MaxStale) return Judgement.Stale;
        return stale < found.StaleWhileRevalidate ? Judgement.StaleWhileRevalidate : Judgement.Validate;
    }

    /// <summary>The usual hit costs no allocation but once per second and response.</summary>
    private Answer AnswerWith(Exchange exchange, CachedResponse found, long age)
    {
        var headers = exchange.Request.Headers;
        return headers.Range.Count == 0 && !Preconditions.AreThere(headers)
            ? found.Hit(age, config.CacheStatus)
            : AnswerWith(exchange, found, headers.IfNoneMatch, headers.IfModifiedSince, found.HitStatus(age));
    }

    private Answer AnswerWith(Exchange exchange, CachedResponse found, StringValues ifNoneMatch, StringValues ifModifiedSince, string cacheStatus)
    {
        var age = found.AgeAt(time.GetTimestamp(), time);
        var told = config.CacheStatus ? cacheStatus : null;
        if (Preconditions.Has(ifNoneMatch, ifModifiedSince, found)) return found.Answer(age, StatusCodes.Status304NotModified, default, told);
        if (HttpMethods.IsGet(exchange.Request.Method) && Preconditions.RangeOf(exchange.Request.Headers, found, out var isSatisfiable) is { } part)
        {
            var size = found.Body.Length;
            return isSatisfiable
                ? found.Answer(age, StatusCodes.Status206PartialContent, found.Body.Slice(part.From, part.Length), told,
                    new KeyValuePair<string, StringValues>("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {part.From}-{part.From + part.Length - 1}/{size}")))
                : found.Answer(age, StatusCodes.Status416RangeNotSatisfiable, default, told,
                    new KeyValuePair<string, StringValues>("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{size}")));
        }

        return found.Answer(age, found.Status, found.Body, told);
    }

    /// <summary>Asks the upstream about what is stored; the client's own conditions are weighed against what comes of it.</summary>
    private static void AddValidators(Exchange exchange, CacheUse use, CachedResponse stored)
    {
        var headers = exchange.Request.Headers;
        use.Validates = true;
        use.ClientIfNoneMatch = headers.IfNoneMatch;
        use.ClientIfModifiedSince = headers.IfModifiedSince;
        headers.IfNoneMatch = stored.ETag;
        headers.IfModifiedSince = stored.LastModified;
    }

    /// <summary>Makes <paramref name="mine"/> the request that others wait for, unless there is one already.</summary>
    /// <returns>The one to wait for; <paramref name="mine"/> to go on.</returns>
    private Fill Begin(Fill mine, CacheUse use)
    {
        var other = activity.Fills.GetOrAdd(mine.Key, mine);
        if (!ReferenceEquals(other, mine)) use.Fill = other;
        return other;
    }

    private void End(CacheUse use, bool lookAgain)
    {
        if (use.Fill is not { } fill || use.Collapsed) return;
        activity.Fills.TryRemove(new(fill.Key, fill));
        fill.End(lookAgain);
    }

    /// <summary>Where it could not be stored, those who wait need not look.</summary>
    private async Task EndWhenStoredAsync(CacheUse use, Task<bool> storing)
    {
        use.IsBeingStored = true;
        End(use, await storing.ConfigureAwait(false));
    }

    /// <summary>Waits for another's response to the same, and goes on with whatever there is then.</summary>
    private async ValueTask<Verdict> WaitAsync(Exchange exchange, CacheControl wants, CacheUse use)
    {
        activity.NoteCollapsed(exchange.LoopIndex);
        var timeout = TimeSpan.FromSeconds(config.CollapseTimeout);
        var began = time.GetTimestamp();
        while (true)
        {
            var fill = use.Fill!;
            use.Collapsed = true;
            var left = timeout - time.GetElapsedTime(began);
            var lookAgain = left > TimeSpan.Zero && await EndsAsync(fill, left).ConfigureAwait(false);
            var lookup = lookAgain ? await responses.FindAsync(exchange, config.ByConsumer).ConfigureAwait(false) : default;
            if (exchange.Loop is { } loop) await loop.SwitchTo();
            if (!lookAgain) return default;
            if (use.Validates) (exchange.Request.Headers.IfNoneMatch, exchange.Request.Headers.IfModifiedSince) = (use.ClientIfNoneMatch, use.ClientIfModifiedSince);
            Slot.Set(exchange, null);
            if (AnswerFrom(exchange, wants, lookup, out var next) is { } answer) return answer;
            use = next!;
            use.Collapsed = false;
            if (use.Fill is not { } mine || ReferenceEquals(Begin(mine, use), mine)) return default;
        }
    }

    private async Task<bool> EndsAsync(Fill fill, TimeSpan timeout)
    {
        try
        {
            return await fill.Ended.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Fetches a response anew while its stale copy is served, unless someone does already.</summary>
    private void Revalidate(Exchange exchange, CachedResponse stored, in CacheLookup lookup)
    {
        var fill = new Fill(stored.Key);
        if (!activity.Fills.TryAdd(fill.Key, fill)) return;
        var use = new CacheUse { Forward = "stale", Resource = stored.Resource.ToString(), There = lookup.There, Started = time.GetTimestamp(), Stored = stored, Fill = fill };
        BackgroundExchange.Start(
            exchange,
            copy =>
            {
                // For all of it: the next client may want another part.
                var headers = copy.Request.Headers;
                headers.Remove("Range");
                headers.Remove("If-Range");
                headers.Remove("If-None-Match");
                headers.Remove("If-Modified-Since");
                copy.Request.Method = copy.Upstream.Method = HttpMethods.Get;
                Slot.Set(copy, use);
                if (stored.HasValidator) AddValidators(copy, use, stored);
            },
            _ =>
            {
                if (!use.IsBeingStored) End(use, lookAgain: true);
            },
            log);
    }

    private bool MayStandIn(CacheUse use, out CachedResponse stored)
    {
        stored = use.Stored!;
        return use.Stored is { MustRevalidate: false } && stored.AgeAt(time.GetTimestamp(), time) - stored.Freshness.Lifetime < stored.StaleIfError;
    }

    private Answer StandIn(Exchange exchange, CacheUse use, CachedResponse stored)
    {
        activity.Note(exchange.LoopIndex, HttpCacheResult.Stale);
        var (ifNoneMatch, ifModifiedSince) = use.Validates
            ? (use.ClientIfNoneMatch, use.ClientIfModifiedSince)
            : (exchange.Request.Headers.IfNoneMatch, exchange.Request.Headers.IfModifiedSince);
        use.Told = true;
        return AnswerWith(exchange, stored, ifNoneMatch, ifModifiedSince, ForwardStatus(use) + "; detail=stale-if-error");
    }

    /// <summary>Stores the response if that is allowed, once its body is whole.</summary>
    private void Keep(Exchange exchange, CacheUse use)
    {
        var headers = exchange.Response.Headers;
        var fields = VaryFields.Of(headers.Vary);
        var head = HttpMethods.IsGet(exchange.Request.Method) && fields is not null && !(headers.ContentLength > config.MaxBody)
            ? heads.Of(exchange, use)
            : null;
        if (head is null)
        {
            End(use, lookAgain: false);
            return;
        }

        use.Head = head;
        use.Variant = VariantOf(exchange, use, fields!);
        use.IsStored = true;
        exchange.CaptureResponseBody(config.MaxBody, Store);
    }

    private void Store(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        if (Slot.Get(exchange) is not { Head: { } head, Variant: { } variant } use) return;
        use.Head = null;

        // A body that another plugin has encoded is not what the stored head says; what is encoded on its way out is stored as it was before.
        var isAsStored = exchange.BodyFilter is not null
            || string.Equals(exchange.Response.Headers.ContentEncoding.ToString(), head.Header("Content-Encoding") ?? "", StringComparison.OrdinalIgnoreCase);
        if (isAsStored) _ = EndWhenStoredAsync(use, responses.PutAsync(head, body.ToArray(), variant));
        else End(use, lookAgain: false);
    }

    private Variant VariantOf(Exchange exchange, CacheUse use, string[] fields)
    {
        using var values = new ResourceKey(stackalloc char[512]);
        values.WriteValues(exchange, fields, config.ByConsumer);
        return new Variant(use.Resource!, fields, values.Text.ToString(), use.There);
    }

    /// <summary>A change was asked for and made: what is stored of the resource, and of those that the response names, may be wrong now (RFC 9111, section 4.4).</summary>
    private void Invalidate(Exchange exchange, int status)
    {
        if (status is < 200 or >= 400 || HttpMethods.IsOptions(exchange.Request.Method) || HttpMethods.IsTrace(exchange.Request.Method)) return;
        using var key = new ResourceKey(stackalloc char[512]);
        key.WriteResource(exchange);
        _ = responses.RemoveAsync(key.Text.ToString());
        var headers = exchange.Response.Headers;
        if (headers.Location.Count == 1) _ = responses.RemoveAsync(ResourceKey.Named(exchange, headers.Location[0]!));
        if (headers.ContentLocation.Count == 1) _ = responses.RemoveAsync(ResourceKey.Named(exchange, headers.ContentLocation[0]!));
    }

    /// <summary>What Cache-Status says of a request that went upstream.</summary>
    private static string ForwardStatus(CacheUse use)
    {
        var status = $"sluice; fwd={use.Forward}";
        if (use.UpstreamStatus > 0) status += string.Create(CultureInfo.InvariantCulture, $"; fwd-status={use.UpstreamStatus}");
        if (use.IsStored) status += "; stored";
        if (use.IsAway) status += "; detail=store-away";
        return use.Collapsed ? status + "; collapsed" : status;
    }

    private enum Judgement { Fresh, Stale, StaleWhileRevalidate, Validate }
}
