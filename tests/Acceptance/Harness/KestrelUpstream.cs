using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Acceptance.Harness;

/// <summary>An upstream that speaks what Kestrel speaks: HTTP/2, WebSockets, TLS.</summary>
internal sealed class KestrelUpstream : IAsyncDisposable
{
    private readonly WebApplication app;

    private KestrelUpstream(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    /// <param name="handle">Answers each request.</param>
    /// <param name="protocols">What is spoken; HTTP/2 alone is spoken by prior knowledge where there is no certificate.</param>
    /// <param name="certificate">For TLS; null for none.</param>
    /// <param name="port">Where it listens; 0 for a free one.</param>
    public static async Task<KestrelUpstream> StartAsync(RequestDelegate handle, HttpProtocols protocols = HttpProtocols.Http1, TestCertificate? certificate = null, int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = protocols;
                if (certificate is not null) listen.UseHttps(certificate.Certificate);
            });
        });
        var built = builder.Build();
        built.UseWebSockets();
        built.Run(handle);
        await built.StartAsync();
        return new KestrelUpstream(built);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }
}
