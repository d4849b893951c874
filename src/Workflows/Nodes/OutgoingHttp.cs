namespace Sluice.Workflows.Nodes;

/// <summary>The sockets of nodes that call out: pooled for the whole engine.</summary>
public sealed class OutgoingHttp : IDisposable
{
    private readonly SocketsHttpHandler _handler = new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Sends a request as it is.</summary>
    public HttpMessageInvoker Invoker => new(_handler, disposeHandler: false);

    public void Dispose() => _handler.Dispose();
}
