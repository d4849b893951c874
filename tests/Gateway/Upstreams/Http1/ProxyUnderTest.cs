using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;
using Endpoint = Sluice.Gateway.Upstreams.Endpoint;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Kestrel with one upstream client behind it: no router, no balancer, one try per request.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly IServer server;
    private readonly Application application;

    private ProxyUnderTest(WebApplication host, IServer server, Application application)
    {
        this.host = host;
        this.server = server;
        this.application = application;
        Address = IPEndPoint.Parse(server.Features.Get<IServerAddressesFeature>()!.Addresses.First().Split("//")[1]);
    }

    public IPEndPoint Address { get; }

    /// <summary>How the last tries ended, oldest first.</summary>
    public IReadOnlyList<TryResult> Results
    {
        get
        {
            lock (application.Results) return [.. application.Results];
        }
    }

    public static async Task<ProxyUnderTest> StartAsync(
        Transport.Transport transport,
        IPEndPoint upstream,
        Func<ServiceConfig, ServiceConfig>? service = null,
        GatewaySettings? settings = null,
        Action<Exchange>? prepare = null,
        Plugin? plugin = null,
        HttpProtocols protocols = HttpProtocols.Http1,
        CertificateConfig? clientCertificate = null,
        IReadOnlyList<CaCertificateConfig>? authorities = null,
        bool keepResults = true)
    {
        settings ??= new GatewaySettings();
        var config = new ServiceConfig { Id = Guid.NewGuid(), Name = "service", Host = "upstream.test" };
        config = service?.Invoke(config) ?? config;
        var lease = new SnapshotLease();
        var client = UpstreamClients.Create(new UpstreamClientSetup
        {
            Service = config,
            Settings = settings,
            Transport = transport,
            Shared = new SharedResources(),
            Lease = lease,
            ClientCertificate = clientCertificate,
            CaCertificates = authorities ?? [],
        });
        var route = new RouteConfig { Id = Guid.NewGuid(), Name = "route", Paths = ["/"] };
        List<PlannedPlugin> plugins = plugin is null ? [] : [new PlannedPlugin(null!, plugin, new PluginConfig { Id = Guid.NewGuid(), Name = "test" })];
        var plan = new PluginPlan(plugins, specialise: null);
        var snapshot = new GatewaySnapshot { Document = new GatewayDocument(), Settings = settings, UnmatchedPlan = plan };
        var gateway = new Application(
            snapshot, client, new FixedEndpoint(upstream, "upstream.test"), new RouteMatch { Route = new RouteModel { Config = route, Plan = plan } }, prepare, transport, lease)
        { KeepsResults = keepResults };

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddSingleton(transport.Listeners);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var app = builder.Build();
        var kestrel = app.Services.GetRequiredService<IServer>();
        await kestrel.StartAsync(gateway, CancellationToken.None);
        return new ProxyUnderTest(app, kestrel, gateway);
    }

    public Task<RawPeer> ConnectAsync() => RawPeer.ConnectAsync(Address);

    /// <summary>One request on a connection of its own.</summary>
    public async Task<string> AskAsync(string request, bool hasBody = true)
    {
        var (begun, ended) = (application.Begun, application.Ended);
        using var client = await ConnectAsync();
        await client.SendAsync(request);
        var answer = await client.ReadAnswerAsync(hasBody);

        // The whole answer is there a moment before the upstream connection can be used again.
        for (var i = 0; i < 300 && application.Ended - ended < application.Begun - begun; i++) await Task.Delay(10);
        return answer;
    }

    /// <summary>Waits until <paramref name="count"/> tries have ended, and returns the last.</summary>
    public async Task<TryResult> ResultAsync(int count = 1)
    {
        await Eventually.HoldsAsync(() => Results.Count >= count);
        return Results[count - 1];
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await server.StopAsync(now.Token);
        server.Dispose();
        await host.DisposeAsync();
        await application.DisposeAsync();
    }

    private sealed class Application(
        GatewaySnapshot snapshot, UpstreamClient client, Endpoint endpoint, RouteMatch match, Action<Exchange>? prepare, Transport.Transport transport, SnapshotLease lease)
        : IHttpApplication<Exchange>, IAsyncDisposable
    {
        private int nextLoop;
        private int begun;
        private int ended;

        public List<TryResult> Results { get; } = [];

        /// <summary>How many exchanges have begun, and how many have ended.</summary>
        public int Begun => Volatile.Read(ref begun);

        public int Ended => Volatile.Read(ref ended);

        public bool KeepsResults { get; init; }

        public Exchange CreateContext(IFeatureCollection features)
        {
            var exchange = features is IHostContextContainer<Exchange> container ? container.HostContext ??= New() : New();
            ((DefaultHttpContext)exchange.Http).Initialize(features);
            exchange.Begin(snapshot);
            Interlocked.Increment(ref begun);
            return exchange;
        }

        public async Task ProcessRequestAsync(Exchange exchange)
        {
            var request = exchange.Request;
            exchange.RawTarget = exchange.Http.Features.Get<IHttpRequestFeature>()!.RawTarget;
            var query = exchange.RawTarget.IndexOf('?');
            exchange.Path = query < 0 ? exchange.RawTarget : exchange.RawTarget[..query];
            exchange.Query = query < 0 ? "" : exchange.RawTarget[query..];
            exchange.Match = match;
            exchange.ClientAddress = exchange.PeerAddress = exchange.Http.Connection.RemoteIpAddress!;
            exchange.Upstream = new UpstreamRequest { Method = request.Method, Path = exchange.Path, Query = exchange.Query };
            prepare?.Invoke(exchange);
            TryResult result;
            try
            {
                result = await client.TryAsync(exchange, endpoint);
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
            {
                if (!exchange.Response.HasStarted) exchange.Response.StatusCode = e.StatusCode;
                result = new TryResult { Outcome = TryOutcome.ClientGone };
            }

            catch (Exception e)
            {
                // A test then fails with what really happened instead of a bare 500.
                exchange.Response.StatusCode = 599;
                var text = e.ToString();
                exchange.Response.ContentLength = text.Length;
                await exchange.Response.WriteAsync(text);
                return;
            }

            if (KeepsResults)
                lock (Results)
                    Results.Add(result);
            if (result.Failure is null || exchange.Response.HasStarted) return;
            exchange.Response.StatusCode = result.Failure.Status;
            exchange.Response.ContentLength = 0;
        }

        public void DisposeContext(Exchange exchange, Exception? exception)
        {
            ((DefaultHttpContext)exchange.Http).Uninitialize();
            exchange.End();
            Interlocked.Increment(ref ended);
        }

        public ValueTask DisposeAsync()
        {
            lease.Dispose();
            return transport.DisposeAsync();
        }

        private Exchange New()
        {
            var loops = transport.Loops;
            var loop = EventLoop.Current ?? (loops.Count == 0 ? null : loops[(Interlocked.Increment(ref nextLoop) & int.MaxValue) % loops.Count]);
            return new Exchange(new DefaultHttpContext(), loop);
        }
    }
}

internal sealed class FixedEndpoint(IPEndPoint address, string host) : Endpoint
{
    public override string Host => host;

    public override int Port => address.Port;

    public override IPEndPoint Address => address;

    public override string Key { get; } = address.ToString();

    public override string HostHeader { get; } = $"{host}:{address.Port}";

    public override bool IsHealthy => true;

    public override int InFlight => 0;

    public override void Begin()
    {
    }

    public override void End(TryOutcome outcome, int status, TimeSpan elapsed)
    {
    }
}
