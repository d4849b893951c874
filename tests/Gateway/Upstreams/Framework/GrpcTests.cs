using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Framework;

/// <summary>gRPC as it looks on the wire: HTTP/2, streams both ways, trailers.</summary>
public abstract class GrpcTests(TransportKind kind) : ProxyTests(kind)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_goes_through_with_its_trailers(bool tls)
    {
        IHeaderDictionary? seen = null;
        await using var upstream = await ServeAsync(tls, async context =>
        {
            seen = new HeaderDictionary();
            foreach (var field in context.Request.Headers) seen.Add(field);
            context.Request.Protocol.ShouldBe("HTTP/2");
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await using var proxy = await StartAsync(
            upstream.Address, service => service with { Protocol = tls ? "grpcs" : "grpc" }, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.SendAsync(Call(proxy, new ByteArrayContent([0, 0, 0, 0, 1, 42])));
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/grpc");
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBe([0, 0, 0, 0, 1, 42]);
            answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
        }

        seen!["Host"].ToString().ShouldBe($"upstream.test:{upstream.Address.Port}");
        seen["TE"].ToString().ShouldBe("trailers");
        seen["X-Forwarded-For"].ToString().ShouldBe("127.0.0.1");
        seen["Via"].ToString().ShouldStartWith("2 sluice/");
        seen["Content-Type"].ToString().ShouldBe("application/grpc");
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.Answered);
    }

    [Fact]
    public async Task A_plugin_may_change_the_answer_as_it_streams_through_and_its_trailers_too()
    {
        await using var upstream = await ServeAsync(tls: false, async context =>
        {
            context.Response.AppendTrailer("grpc-status", "7");
            foreach (var piece in (string[])["one", "two"])
            {
                await context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(piece));
                await context.Response.Body.FlushAsync();
            }
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "grpc" }, plugin: new UpperCasePlugin());
        using var client = new HttpClient();
        using var content = new ByteArrayContent([0]);
        using var answer = await client.PostAsync($"http://{proxy.Address}/", content);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("ONETWO;7");
        answer.TrailingHeaders.ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_sides_may_talk_at_once()
    {
        await using var upstream = await ServeAsync(tls: false, async context =>
        {
            await context.Response.StartAsync();
            await context.Response.BodyWriter.FlushAsync();
            var buffer = new byte[100];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                await context.Response.Body.FlushAsync();
            }

            context.Response.AppendTrailer("grpc-status", "7");
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "grpc" }, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var outgoing = new PushedContent();
        using var answer = await client.SendAsync(Call(proxy, outgoing), HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.Patience);
        await using var incoming = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        for (byte i = 1; i <= 3; i++)
        {
            await outgoing.PushAsync([i]);
            (await incoming.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Patience)).ShouldBe(1);
            buffer[0].ShouldBe(i);
        }

        outgoing.End();
        (await incoming.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Patience)).ShouldBe(0);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["7"]);
    }

    [Fact]
    public async Task An_answer_of_trailers_only_is_passed_on()
    {
        await using var upstream = await ServeAsync(tls: false, context =>
        {
            context.Response.Headers["grpc-status"] = "12";
            return Task.CompletedTask;
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "grpc" }, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var answer = await client.SendAsync(Call(proxy, new ByteArrayContent([0])));
        answer.Headers.GetValues("grpc-status").ShouldBe(["12"]);
    }

    [Fact]
    public async Task A_hanging_upstream_is_a_504_and_a_dead_one_a_502()
    {
        await using (var upstream = await ServeAsync(tls: false, context => Task.Delay(Eventually.Patience, context.RequestAborted)))
        {
            await using var proxy = await StartAsync(
                upstream.Address, service => service with { Protocol = "grpc", ReadTimeout = 200 }, protocols: HttpProtocols.Http2);
            using var client = new HttpClient();
            using var answer = await client.SendAsync(Call(proxy, new ByteArrayContent([0])));
            ((int)answer.StatusCode).ShouldBe(504);
        }

        await using var dead = await StartAsync(
            new IPEndPoint(IPAddress.Loopback, 1), service => service with { Protocol = "grpc" }, protocols: HttpProtocols.Http2);
        using var other = new HttpClient();
        using var refused = await other.SendAsync(Call(dead, new ByteArrayContent([0])));
        ((int)refused.StatusCode).ShouldBe(502);
        (await dead.ResultAsync()).SafeForAnyMethod.ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_that_the_upstream_resets_is_reset()
    {
        // Not before the caller has the beginning: what is broken earlier is answered with an error.
        var begun = new TaskCompletionSource();
        await using var upstream = await ServeAsync(tls: false, async context =>
        {
            await context.Response.Body.WriteAsync("part"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await begun.Task;
            context.Features.Get<IHttpResetFeature>()!.Reset(2);
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "grpc" }, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var answer = await client.SendAsync(Call(proxy, new ByteArrayContent([0])), HttpCompletionOption.ResponseHeadersRead);
        begun.SetResult();
        await Should.ThrowAsync<HttpRequestException>(() => answer.Content.ReadAsByteArrayAsync());
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.Broken);
    }

    [Fact]
    public async Task What_a_call_sends_after_its_answer_never_reaches_the_next_call()
    {
        await using var upstream = await ServeAsync(tls: false, async context =>
        {
            context.Response.AppendTrailer("grpc-status", "0");
            if (context.Request.Headers.ContainsKey("X-Early"))
            {
                await context.Request.Body.ReadExactlyAsync(new byte[1]);
                await context.Response.StartAsync();
                return;
            }

            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "grpc" }, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        for (byte i = 1; i <= 20; i++)
        {
            using var outgoing = new PushedContent();
            using var early = Call(proxy, outgoing);
            early.Headers.Add("X-Early", "yes");
            await outgoing.PushAsync(new byte[100]);
            using (var answer = await client.SendAsync(early, HttpCompletionOption.ResponseHeadersRead))
            {
                await outgoing.PushAsync(new byte[100_000]);
                await proxy.ResultAsync(count: (2 * i) - 1);
                using var next = await client.SendAsync(Call(proxy, new ByteArrayContent([i, i])));
                (await next.Content.ReadAsByteArrayAsync()).ShouldBe([i, i]);
            }

            outgoing.End();
        }
    }

    private static HttpRequestMessage Call(ProxyUnderTest proxy, HttpContent content)
    {
        content.Headers.ContentType = new("application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, $"http://{proxy.Address}/package.Service/Method")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
            Headers = { TE = { new("trailers") } },
        };
    }

    private static async Task<Http2Upstream> ServeAsync(bool tls, RequestDelegate handle)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (!tls) return;
            var issued = Authority.New().Issue("upstream.test");
            listen.UseHttps(System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12(
                issued.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pfx), null));
        }));
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Http2Upstream(app, IPEndPoint.Parse(address.Split("//")[1]));
    }

    private sealed class Http2Upstream(WebApplication app, IPEndPoint address) : IAsyncDisposable
    {
        public IPEndPoint Address => address;

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }

    private sealed class PushedContent : HttpContent
    {
        private readonly System.Threading.Channels.Channel<byte[]> pieces = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

        public ValueTask PushAsync(byte[] piece) => pieces.Writer.WriteAsync(piece);

        public void End() => pieces.Writer.Complete();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await foreach (var piece in pieces.Reader.ReadAllAsync())
            {
                await stream.WriteAsync(piece);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class UpperCasePlugin : Plugin
    {
        public override void Respond(Exchange exchange)
        {
            exchange.Response.ContentLength = null;
            exchange.TransformResponseStream(new UpperCase());
        }
    }

    private sealed class UpperCase : ResponseStreamTransform
    {
        public override void Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
        {
            foreach (var b in piece) output.Write([(byte)char.ToUpperInvariant((char)b)]);
        }

        public override void End(IHeaderDictionary trailers, IBufferWriter<byte> output) =>
            output.Write(System.Text.Encoding.ASCII.GetBytes($";{trailers["grpc-status"]}"));
    }
}
