using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Bodies of any size pass with little memory. Alone, because memory is that of the whole process.</summary>
[Collection(nameof(Alone))]
public abstract class FlatMemoryTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_big_body_comes_down_whole_with_little_memory(bool chunked)
    {
        const int size = 64 * 1024 * 1024;
        var piece = new byte[256 * 1024];
        Random.Shared.NextBytes(piece);
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : $"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
            for (var sent = 0; sent < size; sent += piece.Length)
            {
                if (chunked) await peer.SendAsync($"{piece.Length:x}\r\n");
                await peer.SendAsync(piece);
                if (chunked) await peer.SendAsync("\r\n");
            }

            if (chunked) await peer.SendAsync("0\r\n\r\n");
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = new HttpClient();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var answer = await client.GetAsync($"http://{proxy.Address}/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[piece.Length];
        var total = 0;
        while (true)
        {
            var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read == 0) break;
            total += read;
            if (total == size / 2) (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(size / 4);
            if (read == buffer.Length && total % (8 * 1024 * 1024) == 0) buffer.AsSpan().SequenceEqual(piece).ShouldBeTrue();
        }

        total.ShouldBe(size);
    }

    [Fact]
    public async Task A_big_body_goes_up_with_little_memory()
    {
        const int size = 64 * 1024 * 1024;
        long received = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            var buffer = new byte[256 * 1024];
            while (received < size - 1024 * 1024)
            {
                var read = await peer.Socket.ReceiveAsync(buffer);
                if (read == 0) return;
                received += read;
            }

            await peer.SendAsync(Hello);
            while (await peer.Socket.ReceiveAsync(buffer) > 0)
            {
            }
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await client.SendAsync($"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n");
        var piece = new byte[256 * 1024];
        for (var sent = 0; sent < size; sent += piece.Length)
        {
            await client.SendAsync(piece);
            if (sent == size / 2) (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(size / 4);
        }

        (await client.ReadAnswerAsync()).ShouldEndWith("hello");
    }
}

/// <summary>Tests that look at the whole process run one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
