using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Clients of HTTP/2, whose streams leave the loop, on connections that must not.</summary>
public abstract class Http2ClientTests(TransportKind kind) : ProxyTests(kind)
{
    [Fact]
    public async Task Many_streams_of_big_bodies_both_ways_stay_whole()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
                if (request.Contains("chunked")) await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                else await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        await using var proxy = await StartAsync(upstream.Address, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            for (var round = 0; round < 3; round++)
            {
                var body = new byte[(i * 37_123) + 1];
                new Random(i).NextBytes(body);
                using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{proxy.Address}/")
                {
                    Version = HttpVersion.Version20,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    Content = i % 2 == 0 ? new ByteArrayContent(body) : new StreamContent(new MemoryStream(body)),
                };
                if (i % 3 == 0) request.Content.Headers.ContentLength = null;
                using var answer = await client.SendAsync(request);
                (await answer.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(body).ShouldBeTrue();
            }
        }));
    }

    [Fact]
    public async Task A_stream_that_the_client_cancels_ends_the_upstreams_work()
    {
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            asked.SetResult();
            await peer.ReadToEndAsync();
            ended.SetResult();
        });
        await using var proxy = await StartAsync(upstream.Address, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var cancel = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{proxy.Address}/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var answer = client.SendAsync(request, cancel.Token);
        await asked.Task.WaitAsync(Eventually.Patience);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => answer);
        await ended.Task.WaitAsync(Eventually.Patience);
    }
}
