using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

/// <summary>Kestrel's own protocols on each transport.</summary>
public sealed class KestrelTests
{
    public enum Wire { Http1, Http1Tls, Http2Tls, Http2Clear }

    public static TheoryData<TransportKind, Wire> Combinations
    {
        get
        {
            var data = new TheoryData<TransportKind, Wire>();
            foreach (var kind in new[] { TransportKind.Epoll, TransportKind.IoUring, TransportKind.Sockets })
            {
                foreach (var wire in Enum.GetValues<Wire>())
                    data.Add(kind, wire);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Combinations))]
    public async Task Kestrel_answers_and_echoes_bodies(TransportKind kind, Wire wire)
    {
        await using var transport = TransportFixture.CreateTransport(kind);
        await using var app = Build(transport, wire);
        app.MapGet("/", () => "hello");
        app.MapGet("/buffer", context =>
        {
            // without a size, before the answer has begun: Kestrel then lends from the transport's pool
            context.Response.BodyWriter.GetSpan().Length.ShouldBeGreaterThan(0);
            return Task.CompletedTask;
        });
        app.MapPost("/echo", async context =>
        {
            using var all = new MemoryStream(); // HttpClient reads no answer before it has sent all of its request
            await context.Request.Body.CopyToAsync(all);
            await context.Response.Body.WriteAsync(all.GetBuffer().AsMemory(0, (int)all.Length));
        });
        await app.StartAsync();
        var address = app.Urls.First();
        using var client = Client(wire);

        var body = ConnectionTests.RandomBytes(1_000_000);
        var rounds = Enumerable.Range(0, 3).Select(async _ =>
        {
            for (var i = 0; i < 5; i++)
                (await client.GetStringAsync(address)).ShouldBe("hello");
            (await client.GetAsync($"{address}/buffer")).EnsureSuccessStatusCode();
            using var response = await client.PostAsync($"{address}/echo", new ByteArrayContent(body));
            (await response.Content.ReadAsByteArrayAsync()).ShouldBe(body);
        });
        await Task.WhenAll(rounds).WaitAsync(4 * Eventually.Patience);
        await app.StopAsync();
        transport.Loops.ShouldAllBe(loop => loop.Counters.Accepted >= 0 && loop.TakeLongestTurn() < Eventually.Patience);
    }

    private static HttpClient Client(Wire wire) => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        DefaultRequestVersion = wire is Wire.Http2Clear or Wire.Http2Tls ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static WebApplication Build(Gateway.Transport.Transport transport, Wire wire)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport.Listeners);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = wire switch { Wire.Http2Clear => HttpProtocols.Http2, Wire.Http1 => HttpProtocols.Http1, _ => HttpProtocols.Http1AndHttp2 };
                if (wire is Wire.Http1Tls or Wire.Http2Tls)
                    listen.UseHttps(Certificate());
            });
        });
        return builder.Build();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
