using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Listeners;

/// <summary>The proxy's listeners: Kestrel on the chosen transport, running <see cref="GatewayApplication"/>.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly IServer server;

    private GatewayServer(WebApplication host, IServer server)
    {
        this.host = host;
        this.server = server;
    }

    /// <summary>The addresses as bound, with the ports that were chosen for 0: <c>http://127.0.0.1:8000</c>.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Binds all <paramref name="addresses"/> and starts to serve. The runtime must have loaded a document.</summary>
    /// <exception cref="IOException">An address cannot be bound; the message names it. Nothing is left bound.</exception>
    public static async Task<GatewayServer> StartAsync(GatewayRuntime runtime, IReadOnlyList<ListenAddress> addresses)
    {
        // An empty builder: no appsettings.json, no environment, no command line. Only Kestrel and what it needs.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(runtime.Logs);
        builder.Services.AddSingleton(runtime.Transport.Listeners);
        var cleartextHttp2 = new CleartextHttp2(runtime.Time, TimeSpan.FromMilliseconds(runtime.Settings.ClientKeepAliveTimeout));
        builder.Services.AddSingleton<IConnectionListenerFactory>(cleartextHttp2);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => Configure(options, runtime, addresses, cleartextHttp2));
        var app = builder.Build();
        var kestrel = app.Services.GetRequiredService<IServer>();
        try
        {
            await kestrel.StartAsync(new GatewayApplication(runtime), CancellationToken.None);
        }
        catch
        {
            kestrel.Dispose();
            await app.DisposeAsync();
            throw;
        }

        return new GatewayServer(app, kestrel) { Addresses = [.. kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.Where(a => !a.EndsWith("://h2c", StringComparison.Ordinal))] };
    }

    /// <summary>Stops accepting, lets exchanges in flight finish, and closes what is left after <paramref name="drain"/>.</summary>
    public async Task StopAsync(TimeSpan drain)
    {
        using var deadline = new CancellationTokenSource(drain);
        await server.StopAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        server.Dispose();
        await host.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, GatewayRuntime runtime, IReadOnlyList<ListenAddress> addresses, CleartextHttp2 cleartextHttp2)
    {
        var settings = runtime.Settings;
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;

        // Header bytes go through unchanged: one byte, one char, both ways. What they mean is the upstream's business.
        kestrel.RequestHeaderEncodingSelector =
            static name => name == HeaderNames.Connection ? ConnectionFieldEncoding.Instance : System.Text.Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;

        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = settings.MaxRequestLine;
        limits.MaxRequestHeadersTotalSize = settings.MaxRequestHeaders;
        limits.MaxRequestHeaderCount = settings.MaxRequestHeaderCount;
        limits.MaxRequestBodySize = settings.MaxRequestBody == 0 ? null : settings.MaxRequestBody;
        limits.MaxRequestBufferSize = 1024 * 1024;
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.KeepAliveTimeout = TimeSpan.FromMilliseconds(settings.ClientKeepAliveTimeout);
        limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(settings.RequestHeadTimeout);

        // For bodies that are read before they are sent on. What streams may pause for as long as RequestUpload lets it.
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromMilliseconds(Math.Max(settings.RequestBodyTimeout, 1001)));
        limits.Http2.MaxStreamsPerConnection = 128;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 768 * 1024;
        foreach (var address in addresses) kestrel.Listen(address.EndPoint, listen => Configure(listen, runtime, address, cleartextHttp2));
        if (addresses.Any(a => a is { Tls: false, Http2: true }))
            kestrel.Listen(cleartextHttp2.EndPoint, static listen => listen.Protocols = HttpProtocols.Http2);
    }

    /// <summary>What an authority that comes to look is shown.</summary>
    private static async ValueTask<SslServerAuthenticationOptions> ChallengeAsync(GatewayRuntime runtime, string serverName) =>
        runtime.Current.Certificates.Issuer is { } issuer && await issuer.FindChallengeAsync(serverName) is { } proof ? proof.Challenge : throw NoCertificate();

    private static System.Security.Authentication.AuthenticationException NoCertificate() => new("no certificate is configured");

    private static void Configure(ListenOptions listen, GatewayRuntime runtime, ListenAddress address, CleartextHttp2 cleartextHttp2)
    {
        listen.Protocols = address is { Tls: true, Http2: true } ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        var meter = runtime.Metrics.Connections;
        listen.Use(next => connection => CountedConnections.OnConnectionAsync(connection, next, meter, address.Tls));
        if (address.ProxyProtocol) listen.Use(next => new ProxyProtocol(next, runtime.Time).OnConnectionAsync);
        if (address.Tls)
        {
            listen.Use(next => new AcmeHandshakes(next, runtime).OnConnectionAsync);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = TimeSpan.FromSeconds(10),
                OnConnection = context => context.Connection.Items.ContainsKey(AcmeHandshakes.Mark)
                    ? ChallengeAsync(runtime, context.ClientHelloInfo.ServerName)
                    : new(runtime.Current.Certificates.Find(context.ClientHelloInfo.ServerName, address.Http2) ?? throw NoCertificate()),
            });
            listen.Use(next => connection => CountedConnections.OnHandshakeAsync(connection, next, meter));
        }

        if (address is { Tls: false, Http2: true }) listen.Use(next => connection => cleartextHttp2.OnConnectionAsync(connection, next));
        listen.Use(next => new RejectedRequests(next, runtime).OnConnectionAsync);
    }
}
