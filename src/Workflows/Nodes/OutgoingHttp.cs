using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;

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

    /// <summary>Bytes that an answer may have after it was unpacked.</summary>
    public int MaximumResponse { get; init; } = 64 << 20;

    /// <summary>Addresses that are called even where only public ones may be; for tests and for what an operator allows.</summary>
    public Func<IPAddress, bool> Allowed { get; init; } = static _ => false;

    /// <summary>Sends a request as it is: no redirects are followed and nothing is repeated.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRoute route, HttpRequestMessage request, CancellationToken cancel) => Invoker(route).SendAsync(request, cancel);

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
        var addresses = IPAddress.TryParse(context.DnsEndPoint.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        var open = Array.FindAll(addresses, a => PublicAddress.Is(a) || Allowed(a));
        if (open.Length == 0) throw new NodeException($"'{context.DnsEndPoint.Host}' is not a public address") { Retryable = false };
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

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values) invoker.Dispose();
    }
}
