using System.Net;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.RateLimiting;

/// <summary>A whole gateway whose Redis dies, is silent, and comes back while requests run.</summary>
public class RedisUnderLoadTests
{
    [Theory]
    [InlineData(TransportKind.Epoll, -1)]
    [InlineData(TransportKind.Epoll, 0.1)]
    [InlineData(TransportKind.Sockets, -1)]
    public async Task No_request_fails_and_the_return_is_noticed(TransportKind kind, double syncRate)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var gateway = await GatewayUnderTest.StartAsync(
            FormattableString.Invariant($$"""
            _format_version: "3.0"
            services:
            - name: s
              url: http://{{upstream.Address}}
              routes: [{name: r, paths: [/]}]
              plugins:
              - name: rate-limiting
                config: {hour: 100000000, policy: redis, sync_rate: {{syncRate}}, redis: {host: 127.0.0.1, port: {{redis.Port}}, timeout: 300} }
            """),
            kind: kind);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{gateway.Port}") };
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await http.GetAsync("/", CancellationToken.None);
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
                Interlocked.Increment(ref answered);
            }
        })).ToArray();

        await UpAsync(true);
        await redis.KillAsync();
        await UpAsync(false);
        await MoreAsync();
        await redis.StartAgainAsync();
        await UpAsync(true);
        await MoreAsync();
        await redis.PauseAsync();
        await UpAsync(false);
        await MoreAsync();
        await redis.ResumeAsync();
        await UpAsync(true);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        Task UpAsync(bool up) => Eventually.HoldsAsync(() => gateway.Runtime.RedisServers.Single().IsUp == up || load.Any(l => l.IsFaulted));

        Task MoreAsync()
        {
            var from = Volatile.Read(ref answered);
            return Eventually.HoldsAsync(() => Volatile.Read(ref answered) > from + 100 || load.Any(l => l.IsFaulted));
        }
    }
}
