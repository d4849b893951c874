using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using Sluice.Foundation.Http;

namespace Sluice.Workflows.Nodes;

/// <summary>How a node wants to call out.</summary>
/// <param name="Guarded">Only public addresses: nothing of this machine or its network.</param>
/// <param name="AnyCertificate">Whatever certificate the other side shows.</param>
/// <param name="Proxy">The proxy's address; null for none.</param>
public sealed record HttpRoute(bool Guarded, bool AnyCertificate = false, string? Proxy = null);

/// <summary>The sockets of nodes that call out: pooled for the whole engine, by how they call.</summary>
public sealed class OutgoingHttp : IDisposable
{
    private const int MostRoutes = 64;

    private readonly ConcurrentDictionary<HttpRoute, HttpMessageInvoker> _invokers = new();
    private readonly Lazy<PlainHttpClient?> _plain;
    private readonly Lazy<PlainHttpClient?> _plainGuarded;

    public OutgoingHttp()
    {
        _plain = new(() => Plain?.Invoke(static async (host, cancel) => await AddressesAsync(host, cancel)));
        _plainGuarded = new(() => Plain?.Invoke(PublicAddressesAsync));
    }

    /// <summary>Makes the client of requests without TLS, with connections of its own; null leaves them to the framework's.</summary>
    public Func<AddressLookup, PlainHttpClient>? Plain { get; init; }

    /// <summary>Bytes that an answer may have after it was unpacked.</summary>
    public int MaximumResponse { get; init; } = 64 << 20;

    /// <summary>Addresses that are called even where only public ones may be; for tests and for what an operator allows.</summary>
    public Func<IPAddress, bool> Allowed { get; init; } = static _ => false;

    /// <summary>Sends a request as it is: no redirects are followed and nothing is repeated.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRoute route, HttpRequestMessage request, CancellationToken cancel) => Invoker(route).SendAsync(request, cancel);

    /// <summary>The client of requests without TLS; null when there is none.</summary>
    internal PlainHttpClient? PlainFor(HttpRoute route) => (route.Guarded ? _plainGuarded : _plain).Value;

    /// <summary>Opens a WebSocket in the same way.</summary>
    internal Task ConnectAsync(HttpRoute route, ClientWebSocket socket, Uri address, CancellationToken cancel) => socket.ConnectAsync(address, Invoker(route), cancel);

    private HttpMessageInvoker Invoker(HttpRoute route)
    {
        if (_invokers.Count > MostRoutes && !_invokers.ContainsKey(route)) throw new NodeException("too many different proxies are in use") { Retryable = false };
        return _invokers.GetOrAdd(route, Create);
    }

    private HttpMessageInvoker Create(HttpRoute route)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxConnectionsPerServer = 256,
            EnableMultipleHttp2Connections = true,
            UseProxy = route.Proxy is not null,
            Proxy = route.Proxy is null ? null : new WebProxy(route.Proxy),
            ActivityHeadersPropagator = null,
        };
        if (route.AnyCertificate) handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        if (route.Guarded) handler.ConnectCallback = ConnectGuardedAsync;
        return new HttpMessageInvoker(handler);
    }

    /// <summary>Connects to the address that was checked: a name that means something else a moment later changes nothing.</summary>
    private async ValueTask<Stream> ConnectGuardedAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var open = await PublicAddressesAsync(context.DnsEndPoint.Host, cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<IPAddress[]> PublicAddressesAsync(string host, CancellationToken cancel)
    {
        var open = Array.FindAll(await AddressesAsync(host, cancel), a => PublicAddress.Is(a) || Allowed(a));
        return open.Length > 0 ? open : throw new NodeException($"'{host}' is not a public address") { Retryable = false };
    }

    private static async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancel);
        }
        catch (SocketException e)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, e.Message, e);
        }
    }

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values) invoker.Dispose();
        foreach (var plain in new[] { _plain, _plainGuarded })
            if (plain is { IsValueCreated: true, Value: { } client }) client.Dispose();
    }
}
