using System.Text;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.HttpCache;

namespace Sluice.Gateway.Tests.Plugins.HttpCache;

/// <summary>What http-cache does, wherever responses are; one subclass per store.</summary>
public abstract class HttpCacheContract
{
    private int calls;

    /// <summary>Puts the responses into the store that is tested, one of its own for each harness.</summary>
    private protected abstract HttpCacheConfig In(HttpCacheConfig config);

    /// <summary>Waits until what a request left to be done is done.</summary>
    private protected virtual Task SettleAsync(PluginHarness harness) => Task.CompletedTask;

    [Fact]
    public async Task A_fresh_response_is_served_with_its_age_and_a_stale_one_is_not()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"));
        (await harness.SendAsync("/a")).Header("Cache-Status").ShouldBe("sluice; fwd=uri-miss; fwd-status=200; stored");
        harness.Time.Advance(TimeSpan.FromSeconds(7));
        var hit = await harness.SendAsync("/a");
        hit.Header("Cache-Status").ShouldBe("sluice; hit; ttl=53");
        hit.Header("Age").ShouldBe("7");
        hit.Body.ShouldBe("call 1");
        hit.Exchange.Source.ShouldBe(ResponseSource.Cache);
        (await harness.SendAsync("/a", "HEAD")).Header("Age").ShouldBe("7");
        (await harness.SendAsync("/b")).Body.ShouldBe("call 2");
        harness.Time.Advance(TimeSpan.FromSeconds(53));
        (await harness.SendAsync("/a")).Header("Cache-Status")!.ShouldStartWith("sluice; fwd=stale");
    }

    [Theory]
    [InlineData("max-age=60", true)]
    [InlineData("MAX-AGE=60", true)]
    [InlineData("s-maxage=60, max-age=0", true)]
    [InlineData("max-age=60, s-maxage=0", false)]
    [InlineData("ext=\"max-age=0, no-store\", max-age=60", true)]
    [InlineData("max-age=60, max-age=0", false)]
    [InlineData("max-age='60'", false)]
    [InlineData("max-age=60s", false)]
    [InlineData("max-age=99999999999999999999999", true)]
    [InlineData("max-age=60, no-store", false)]
    [InlineData("max-age=60, private", false)]
    [InlineData("max-age=60, no-cache", false)]
    [InlineData("max-age=60, private=\"x-a\"", true)]
    [InlineData("", false)]
    public async Task Cache_Control_decides(string control, bool isHit)
    {
        var harness = Harness(new(), ("Cache-Control", control));
        await harness.SendAsync();
        (await harness.SendAsync()).Body.ShouldBe(isHit ? "call 1" : "call 2");
    }

    [Fact]
    public async Task Expires_counts_from_the_date_and_the_forms_of_old_are_read()
    {
        foreach (var expires in new[] { "Sun, 01 Nov 2026 00:01:00 GMT", "Sunday, 01-Nov-26 00:01:00 GMT", "Sun Nov  1 00:01:00 2026", "0" })
        {
            var harness = Harness(new(), ("Date", "Sun, 01 Nov 2026 00:00:00 GMT"), ("Expires", expires));
            harness.Time.Set(new DateTimeOffset(2026, 11, 1, 0, 0, 30, TimeSpan.Zero));
            await harness.SendAsync();
            (await harness.SendAsync()).Header("Age").ShouldBe(expires is "0" ? null : "30");
        }
    }

    [Fact]
    public async Task Fields_that_are_listed_are_not_stored()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60, private=\"x-a, X-B\", no-cache=\"x-c\""), ("X-A", "1"), ("X-B", "1"), ("X-C", "1"), ("X-D", "1"));
        (await harness.SendAsync()).Header("X-A").ShouldBe("1");
        var hit = await harness.SendAsync();
        new[] { hit.Header("X-A"), hit.Header("X-B"), hit.Header("X-C"), hit.Header("X-D") }.ShouldBe([null, null, null, "1"]);
    }

    [Fact]
    public async Task Vary_tells_responses_apart_whatever_the_space_and_star_matches_nothing()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"), ("Vary", "Accept-Language, X-B"));
        (await harness.SendAsync(headers: [("Accept-Language", "de, en"), ("X-B", "1")])).Body.ShouldBe("call 1");
        (await harness.SendAsync(headers: [("Accept-Language", "DE,en"), ("X-B", "1")])).Body.ShouldBe("call 1");
        (await harness.SendAsync(headers: [("Accept-Language", "en"), ("X-B", "1")])).Header("Cache-Status")!.ShouldStartWith("sluice; fwd=vary-miss");
        (await harness.SendAsync(headers: [("Accept-Language", "en")])).Body.ShouldBe("call 3");
        (await harness.SendAsync(headers: [("Accept-Language", "en"), ("X-B", "1")])).Body.ShouldBe("call 2");

        var star = Harness(new(), ("Cache-Control", "max-age=60"), ("Vary", "*"));
        await star.SendAsync();
        (await star.SendAsync()).Header("Age").ShouldBeNull();
    }

    [Fact]
    public async Task Stale_responses_are_validated_and_a_304_brings_their_fields_up_to_date()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=10"), ("ETag", "\"1\""), ("X-A", "old"), ("Content-Encoding", "identity"));
        await harness.SendAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(20));
        string? asked = null;
        harness.Upstream = e =>
        {
            asked = e.Request.Headers.IfNoneMatch;
            e.Response.StatusCode = 304;
            e.Response.Headers["X-A"] = "new";
            e.Response.Headers["Content-Encoding"] = "wrong";
            e.Response.Headers["Cache-Control"] = "max-age=100";
            return [];
        };
        var validated = await harness.SendAsync();
        asked.ShouldBe("\"1\"");
        (validated.Status, validated.Body, validated.Header("X-A"), validated.Header("Content-Encoding")).ShouldBe((200, "call 1", "new", "identity"));
        validated.Header("Cache-Status").ShouldBe("sluice; fwd=stale; fwd-status=304; stored");
        harness.Time.Advance(TimeSpan.FromSeconds(50));
        (await harness.SendAsync()).Header("Age").ShouldBe("50");
    }

    [Theory]
    [InlineData("If-None-Match", "\"1\"", 304)]
    [InlineData("If-None-Match", "W/\"1\", \"2\"", 304)]
    [InlineData("If-None-Match", "\"2\"", 200)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-Modified-Since", "Sun, 01 Nov 2026 00:00:00 GMT", 304)]
    [InlineData("If-Modified-Since", "Sat, 31 Oct 2026 23:59:59 GMT", 200)]
    public async Task A_client_that_has_the_response_is_told_so(string name, string value, int status)
    {
        foreach (var validated in new[] { false, true })
        {
            calls = 0;
            var harness = Harness(new(), ("Cache-Control", "max-age=10"), ("ETag", "\"1\""), ("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT"));
            await harness.SendAsync();
            if (validated)
            {
                harness.Time.Advance(TimeSpan.FromSeconds(20));
                harness.Upstream = e =>
                {
                    e.Response.StatusCode = 304;
                    return [];
                };
            }

            var result = await harness.SendAsync(headers: [(name, value)]);
            (result.Status, result.Header("ETag"), result.Body).ShouldBe((status, "\"1\"", status == 304 ? "" : "call 1"));
        }
    }

    [Theory]
    [InlineData("bytes=0-1", 206, "ca", "bytes 0-1/6")]
    [InlineData("bytes=5-", 206, "1", "bytes 5-5/6")]
    [InlineData("bytes=-3", 206, "l 1", "bytes 3-5/6")]
    [InlineData("bytes=2-999", 206, "ll 1", "bytes 2-5/6")]
    [InlineData("bytes=6-", 416, "", "bytes */6")]
    [InlineData("bytes=0-1,3-4", 200, "call 1", null)]
    [InlineData("lines=0-1", 200, "call 1", null)]
    [InlineData("bytes=x", 200, "call 1", null)]
    public async Task A_part_is_cut_from_the_whole(string range, int status, string body, string? contentRange)
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"), ("ETag", "\"1\""));
        await harness.SendAsync();
        var part = await harness.SendAsync(headers: [("Range", range)]);
        (part.Status, part.Body, part.Header("Content-Range")).ShouldBe((status, body, contentRange));
        (await harness.SendAsync(headers: [("Range", range), ("If-Range", "\"other\"")])).Status.ShouldBe(200);
        if (status == 206) (await harness.SendAsync(headers: [("Range", range), ("If-Range", "\"1\"")])).Status.ShouldBe(206);
    }

    [Theory]
    [InlineData("no-cache", 2)]
    [InlineData("no-store", 2)]
    [InlineData("max-age=0", 2)]
    [InlineData("max-age=5", 2)]
    [InlineData("max-age=20", 1)]
    [InlineData("min-fresh=100", 2)]
    [InlineData("min-fresh=50", 1)]
    public async Task Clients_may_ask_for_something_fresher(string control, int call)
    {
        foreach (var obeyed in new[] { true, false })
        {
            calls = 0;
            var harness = Harness(new() { ClientDirectives = obeyed }, ("Cache-Control", "max-age=100"));
            await harness.SendAsync();
            harness.Time.Advance(TimeSpan.FromSeconds(10));
            (await harness.SendAsync(headers: [("Cache-Control", control)])).Body.ShouldBe($"call {(obeyed ? call : 1)}");
        }
    }

    [Fact]
    public async Task Clients_may_ask_for_something_stale_or_for_nothing_but_what_is_stored()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=10"));
        (await harness.SendAsync(headers: [("Cache-Control", "only-if-cached")])).Status.ShouldBe(504);
        await harness.SendAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(30));
        (await harness.SendAsync(headers: [("Cache-Control", "max-stale=10, only-if-cached")])).Status.ShouldBe(504);
        (await harness.SendAsync(headers: [("Cache-Control", "max-stale=20, only-if-cached")])).Header("Cache-Status").ShouldBe("sluice; hit; ttl=-20");
        (await harness.SendAsync(headers: [("Cache-Control", "max-stale")])).Body.ShouldBe("call 1");
        (await harness.SendAsync(headers: [("Pragma", "no-cache")])).Body.ShouldBe("call 2");

        calls = 0;
        var strict = Harness(new(), ("Cache-Control", "max-age=10, must-revalidate"));
        await strict.SendAsync();
        strict.Time.Advance(TimeSpan.FromSeconds(30));
        (await strict.SendAsync(headers: [("Cache-Control", "max-stale")])).Body.ShouldBe("call 2");
    }

    [Theory]
    [InlineData("max-age=60", 2)]
    [InlineData("max-age=60, public", 1)]
    [InlineData("max-age=60, must-revalidate", 1)]
    [InlineData("s-maxage=60", 1)]
    public async Task Responses_to_requests_with_credentials_are_shared_only_where_they_say_so(string control, int call)
    {
        var harness = Harness(new(), ("Cache-Control", control));
        await harness.SendAsync(headers: [("Authorization", "Basic eDp5")]);
        (await harness.SendAsync()).Body.ShouldBe($"call {call}");
    }

    [Fact]
    public async Task Consumers_known_by_other_fields_are_kept_apart_too()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"));
        (await harness.SendAsync()).Body.ShouldBe("call 1");
        (await Send("a")).ShouldBe("call 2");
        (await Send("b")).ShouldBe("call 3");
        (await Send("a")).ShouldBe("call 2");
        (await harness.SendAsync()).Body.ShouldBe("call 4");
        (await harness.SendAsync()).Body.ShouldBe("call 4");

        async Task<string> Send(string name)
        {
            var consumer = new Sluice.Gateway.Snapshot.ConsumerModel
            {
                Config = new ConsumerConfig { Id = new Guid(name[0], 0, 0, new byte[8]), Username = name },
                Groups = [],
                AclGroups = [],
                HasMiddleware = false,
            };
            return (await harness.SendAsync(prepare: e => e.Authenticated(consumer, null))).Body;
        }
    }

    [Theory]
    [InlineData("POST", 201, null, true)]
    [InlineData("DELETE", 204, null, true)]
    [InlineData("M-SEARCH", 200, null, true)]
    [InlineData("POST", 500, null, false)]
    [InlineData("OPTIONS", 200, null, false)]
    [InlineData("POST", 200, "/a", true)]
    [InlineData("POST", 200, "a?x=1", false)]
    [InlineData("POST", 200, "http://gateway.test/x/../a", true)]
    [InlineData("POST", 200, "http://other.test/a", false)]
    public async Task A_change_takes_out_what_it_may_have_changed(string method, int status, string? location, bool isGone)
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"));
        await harness.SendAsync("/a");
        var upstream = harness.Upstream;
        harness.Upstream = e =>
        {
            e.Response.StatusCode = status;
            if (location is not null) e.Response.Headers.ContentLocation = location;
            return [];
        };
        await harness.SendAsync(location is null ? "/a" : "/b", method);
        harness.Upstream = upstream;
        (await harness.SendAsync("/a")).Body.ShouldBe(isGone ? "call 2" : "call 1");
    }

    [Fact]
    public async Task Heuristic_freshness_is_off_unless_asked_for()
    {
        foreach (var on in new[] { false, true })
        {
            var harness = Harness(new() { HeuristicFreshness = on }, ("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT"));
            harness.Time.Set(new DateTimeOffset(2026, 11, 1, 1, 0, 0, TimeSpan.Zero));
            await harness.SendAsync();
            harness.Time.Advance(TimeSpan.FromMinutes(5));
            (await harness.SendAsync()).Header("Age").ShouldBe(on ? "300" : null);
        }
    }

    [Theory]
    [InlineData("CDN-Cache-Control", "max-age=60", "no-store", true)]
    [InlineData("CDN-Cache-Control", "no-store", "max-age=60", false)]
    [InlineData("Surrogate-Control", "max-age=60", "no-store", false)]
    public async Task A_field_for_caches_like_this_goes_first_where_it_is_looked_at(string name, string value, string control, bool isHit)
    {
        var harness = Harness(new(), ("Cache-Control", control), (name, value));
        await harness.SendAsync();
        (await harness.SendAsync()).Body.ShouldBe(isHit ? "call 1" : "call 2");
    }

    [Fact]
    public async Task Purging_goes_by_url_prefix_and_tag()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"), ("Vary", "X-V"), ("Surrogate-Key", "all new"));
        foreach (var target in new[] { "/a", "/a?x=1", "/ab", "/c" }) await harness.SendAsync(target);
        var store = harness.Shared.OfType<IResponseStore>().Single();
        (await store.SizeAsync())!.Value.Count.ShouldBe(8);
        (await store.PurgeKeyAsync("http://gateway.test/none")).ShouldBe(0);
        (await store.PurgeKeyAsync("http://gateway.test/a"))!.Value.ShouldBeInRange(1, 2);
        (await harness.SendAsync("/a")).Body.ShouldBe("call 5");
        (await harness.SendAsync("/a?x=1")).Body.ShouldBe("call 2");
        (await store.PurgePrefixAsync("http://gateway.test/a"))!.Value.ShouldBeGreaterThanOrEqualTo(6);
        (await harness.SendAsync("/ab")).Body.ShouldBe("call 6");
        (await harness.SendAsync("/c")).Body.ShouldBe("call 4");
        (await store.PurgeTagAsync("other")).ShouldBe(0);
        (await store.PurgeTagAsync("ne")).ShouldBe(0);
        (await store.PurgeTagAsync("new"))!.Value.ShouldBe(2);
        (await harness.SendAsync("/c")).Body.ShouldBe("call 7");
        (await store.PurgeAllAsync())!.Value.ShouldBeGreaterThan(0);
        (await store.SizeAsync())!.Value.ShouldBe(new CacheSize(0, 0));
        (await harness.SendAsync("/c")).Body.ShouldBe("call 8");
    }

    [Fact]
    public async Task One_miss_makes_one_call_and_those_who_wait_get_its_response()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"));
        List<Task<PluginResult>> waiting = [];
        var upstream = harness.Upstream;
        harness.Upstream = e =>
        {
            if (waiting.Count > 0) return upstream(e);
            waiting.AddRange(Enumerable.Range(0, 20).Select(_ => harness.SendAsync("/a")));
            SpinWait.SpinUntil(() => harness.Shared.OfType<CacheActivity>().Single().Collapsed == 20, Eventually.Patience).ShouldBeTrue();
            return upstream(e);
        };
        await harness.SendAsync("/a");
        foreach (var result in await Task.WhenAll(waiting)) result.Header("Cache-Status").ShouldBe("sluice; hit; ttl=60");
        calls.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_waits_for_what_may_not_be_stored_or_takes_too_long()
    {
        foreach (var control in new[] { "no-store", "max-age=60" })
        {
            calls = 0;
            var harness = Harness(new() { CollapseTimeout = 5 }, ("Cache-Control", control));
            Task<PluginResult>? waiting = null;
            var upstream = harness.Upstream;
            harness.Upstream = e =>
            {
                if (waiting is not null) return upstream(e);
                waiting = harness.SendAsync("/a");
                SpinWait.SpinUntil(() => harness.Shared.OfType<CacheActivity>().Single().Collapsed == 1, Eventually.Patience).ShouldBeTrue();
                if (control is "no-store") return upstream(e);
                var waiter = waiting;
                SpinWait.SpinUntil(() =>
                {
                    harness.Time.Advance(TimeSpan.FromSeconds(6));
                    return waiter.IsCompleted;
                }, Eventually.Patience).ShouldBeTrue();
                return upstream(e);
            };
            await harness.SendAsync("/a");
            (await waiting!).Status.ShouldBe(200);
            calls.ShouldBe(2);
        }
    }

    private protected PluginHarness Harness(HttpCacheConfig config, params (string Name, string Value)[] headers) => new PluginHarness
    {
        AfterEach = SettleAsync,
        Upstream = e =>
        {
            e.Response.StatusCode = 200;
            foreach (var (name, value) in headers)
                if (value.Length > 0) e.Response.Headers[name] = value;
            return Encoding.UTF8.GetBytes($"call {Interlocked.Increment(ref calls)}");
        },
    }.Use("http-cache", In(config));
}
