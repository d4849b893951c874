using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Listeners;

/// <summary>HTTP/2 by prior knowledge, and gRPC through it.</summary>
public sealed class Http2Tests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Many_requests_share_one_connection(string transport)
    {
        await using var upstream = await KestrelUpstream.StartAsync(async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync($"{http.Request.Method} {http.Request.Path} {await body.ReadToEndAsync()}");
        });
        await using var sluice = await ServeAsync(upstream.Port, transport);
        using var client = Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var response = await client.PostAsync(new Uri(sluice.Proxy[0], $"/{i}"), new StringContent(new string('x', i * 1000)));
            response.Version.ShouldBe(HttpVersion.Version20);
            return await response.Content.ReadAsStringAsync();
        }));
        for (var i = 0; i < 100; i++) answers[i].ShouldBe($"POST /{i} {new string('x', i * 1000)}");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Both_versions_are_spoken_on_one_port(string transport)
    {
        await using var upstream = new ScriptedUpstream("ok");
        await using var sluice = await ServeAsync(upstream.Port, transport);
        using var client = Client();
        for (var i = 0; i < 3; i++)
        {
            (await client.GetStringAsync(sluice.Proxy[0])).ShouldBe("ok");
            (await sluice.GetAsync("/")).Body.ShouldBe("ok");
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_call_of_gRPC_talks_both_ways_pauses_and_ends_with_trailers(string transport)
    {
        await using var upstream = await KestrelUpstream.StartAsync(
            async http =>
            {
                http.Response.ContentType = "application/grpc";
                http.Response.DeclareTrailer("grpc-status");
                await http.Response.StartAsync();
                await http.Response.BodyWriter.FlushAsync();
                var buffer = new byte[100];
                while (await http.Request.Body.ReadAsync(buffer) is > 0 and var read)
                {
                    await http.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                    await http.Response.Body.FlushAsync();
                }

                http.Response.AppendTrailer("grpc-status", "0");
            },
            HttpProtocols.Http2);
        await using var sluice = await SluiceProcess.ServeAsync(
            folder.Write("kong.yml", $"_format_version: '3.0'\nservices:\n- url: grpc://127.0.0.1:{upstream.Port}\n  routes: [{{protocols: [grpc], paths: [/]}}]\n"),
            new Dictionary<string, string> { ["KONG_NGINX_HTTP_CLIENT_BODY_TIMEOUT"] = "1s" },
            "--transport",
            transport);
        using var client = Client();
        using var content = new Talk();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sluice.Proxy[0], "/pkg.Service/Call"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.ParseAdd("trailers");
        content.Headers.ContentType = new("application/grpc");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var answers = await response.Content.ReadAsStreamAsync();
        var up = await content.Opened;
        for (var i = 0; i < 3; i++)
        {
            await up.WriteAsync(Encoding.ASCII.GetBytes($"message {i}"));
            await up.FlushAsync();
            var back = new byte[9];
            await answers.ReadExactlyAsync(back);
            Encoding.ASCII.GetString(back).ShouldBe($"message {i}");

            // Longer than a body that is meant to arrive in one go may pause.
            if (i == 1) await Task.Delay(2500);
        }

        content.End();
        (await answers.ReadAsync(new byte[1])).ShouldBe(0);
        response.TrailingHeaders.GetValues("grpc-status").Single().ShouldBe("0");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_stream_that_the_client_resets_ends_the_upstreams_work(string transport)
    {
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            asked.TrySetResult();
            try
            {
                while (await connection.ReadAsync(new byte[10]) > 0)
                {
                    // Until the gateway hangs up, in whatever way.
                }
            }
            finally
            {
                ended.TrySetResult();
            }
        });
        await using var sluice = await ServeAsync(upstream.Port, transport);
        using var client = Client();
        using var cancel = new CancellationTokenSource();
        var pending = client.GetAsync(sluice.Proxy[0], cancel.Token);
        await asked.Task.WaitAsync(RawClient.Patience);
        await cancel.CancelAsync();
        await ended.Task.WaitAsync(RawClient.Patience);
        await Should.ThrowAsync<OperationCanceledException>(() => pending);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task An_answer_that_breaks_off_resets_its_stream_only(string transport)
    {
        await using var upstream = new ScriptedUpstream(async (head, connection) =>
        {
            if (head.StartsWith("GET /good", StringComparison.Ordinal)) await ScriptedUpstream.RespondAsync(connection, "good");
            else
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray());
                throw new IOException("broken off");
            }
        });
        await using var sluice = await ServeAsync(upstream.Port, transport);
        using var client = Client();
        for (var i = 0; i < 3; i++)
        {
            await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(sluice.Proxy[0], "/bad")));
            (await client.GetStringAsync(new Uri(sluice.Proxy[0], "/good"))).ShouldBe("good");
        }
    }

    private static HttpClient Client() => new()
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = RawClient.Patience,
    };

    private Task<SluiceProcess> ServeAsync(int port, string transport) => SluiceProcess.ServeAsync(
        folder.Write("kong.yml", $"_format_version: '3.0'\nservices:\n- url: http://127.0.0.1:{port}\n  retries: 0\n  routes: [{{paths: [/], strip_path: false}}]\n"), "--transport", transport);

    /// <summary>A body that the test writes while the answer comes.</summary>
    private sealed class Talk : HttpContent
    {
        private readonly TaskCompletionSource<Stream> opened = new();
        private readonly TaskCompletionSource ended = new();

        public Task<Stream> Opened => opened.Task.WaitAsync(RawClient.Patience);

        public void End() => ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            opened.SetResult(stream);
            await ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
