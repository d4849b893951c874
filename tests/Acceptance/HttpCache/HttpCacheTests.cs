using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.HttpCache;

/// <summary>What http-cache does between real connections; its rules are held by the tests of the plugin and by <see cref="PublicCacheTests"/>.</summary>
public sealed class HttpCacheTests(HttpCacheTests.Gateway gateway) : IClassFixture<HttpCacheTests.Gateway>
{
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_stale_response_is_served_while_it_is_fetched_anew(string transport)
    {
        var calls = 0;
        var path = gateway.Answers(() => Ok($"call {++calls}", "Cache-Control: max-age=1, stale-while-revalidate=3600"));
        (await GetAsync(transport, path)).Body.ShouldBe("call 1");
        for (var answer = await GetAsync(transport, path); answer.Body is "call 1"; answer = await GetAsync(transport, path))
        {
            // Whoever asks gets an answer from the store, fresh or not.
            answer.CacheStatus.ShouldStartWith("sluice; hit");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_stale_response_stands_in_for_an_error_and_for_no_answer(string transport)
    {
        foreach (var failure in new[] { "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nsorry", "" })
        {
            var calls = 0;
            var path = gateway.Answers(() => calls++ == 0 ? Ok("good", "Cache-Control: max-age=1, stale-if-error=3600") : failure);
            var answer = await GetAsync(transport, path);
            while (!answer.CacheStatus.Contains("stale-if-error", StringComparison.Ordinal))
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
                answer = await GetAsync(transport, path);
                (answer.Status, answer.Body).ShouldBe((HttpStatusCode.OK, "good"));
            }
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_304_is_answered_with_what_is_stored(string transport)
    {
        var path = gateway.Script(async (head, connection) => await connection.WriteAsync(Encoding.Latin1.GetBytes(
            head.Contains("If-None-Match: \"1\"", StringComparison.OrdinalIgnoreCase)
                ? "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nX-A: new\r\nCache-Control: no-cache\r\n\r\n"
                : Ok("whole", "ETag: \"1\"\r\nX-A: old\r\nCache-Control: no-cache"))));
        (await GetAsync(transport, path)).CacheStatus.ShouldBe("sluice; fwd=uri-miss; fwd-status=200; stored");
        for (var i = 0; i < 3; i++)
        {
            var answer = await GetAsync(transport, path);
            (answer.Status, answer.Body, answer.CacheStatus).ShouldBe((HttpStatusCode.OK, "whole", "sluice; fwd=stale; fwd-status=304; stored"));
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Many_who_miss_at_once_make_one_call(string transport)
    {
        const int clients = 30;
        var calls = 0;
        var release = new TaskCompletionSource();
        var path = gateway.Script(async (_, connection) =>
        {
            var body = $"call {Interlocked.Increment(ref calls)}";
            await release.Task;
            await connection.WriteAsync(Encoding.Latin1.GetBytes(Ok(body, "Cache-Control: max-age=3600")));
        });
        var waitedBefore = await CollapsedAsync(transport);
        var all = Enumerable.Range(0, clients).Select(_ => GetAsync(transport, path)).ToList();
        await Eventually.HoldsAsync(async () => await CollapsedAsync(transport) == waitedBefore + clients - 1, "all but one wait");
        release.SetResult();
        foreach (var answer in await Task.WhenAll(all)) answer.Body.ShouldBe("call 1");
        calls.ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_body_beyond_the_limit_streams_through_and_is_not_stored(string transport)
    {
        var calls = 0;
        var large = new string('x', 200_000);
        var path = gateway.Answers(() => $"HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nTransfer-Encoding: chunked\r\nX-Call: {++calls}\r\n\r\n30d40\r\n{large}\r\n0\r\n\r\n");
        for (var i = 0; i < 2; i++) (await GetAsync(transport, path)).Body.ShouldBe(large);
        calls.ShouldBe(2);
    }

    private static string Ok(string body, string fields) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{fields}\r\n\r\n{body}";

    private async Task<(HttpStatusCode Status, string Body, string CacheStatus)> GetAsync(string transport, string path)
    {
        var sluice = await gateway.On(transport);
        using var client = new HttpClient { Timeout = RawClient.Patience };
        using var response = await client.GetAsync(new Uri(sluice.Proxy[0], path));
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), string.Join(", ", response.Headers.TryGetValues("Cache-Status", out var values) ? values : []));
    }

    private async Task<int> CollapsedAsync(string transport)
    {
        var (_, page) = await (await gateway.On(transport)).AdminAsync("/metrics");
        var line = page.Split('\n').Single(l => l.StartsWith("gateway_http_cache_collapsed_total{", StringComparison.Ordinal));
        return int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    public sealed class Gateway : ScriptedGateway
    {
        /// <summary>A path that is answered with what <paramref name="next"/> says each time; nothing ends the connection.</summary>
        public string Answers(Func<string> next) => Script(async (_, connection) =>
        {
            var answer = next();
            if (answer.Length == 0) throw new IOException("The script says so.");
            await connection.WriteAsync(Encoding.Latin1.GetBytes(answer));
        });

        protected override string Configuration(int port) =>
            $$"""
            _format_version: "3.0"
            services:
            - url: http://127.0.0.1:{{port}}
              retries: 0
              routes: [{paths: [/], strip_path: false}]
              plugins:
              - name: http-cache
                config: {max_body: 100000, collapse_timeout: 60}
            """;
    }
}
