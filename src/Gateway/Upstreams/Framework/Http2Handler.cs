using System.Net;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>The framework's HTTP/2 connections under one set of TLS settings. A shared resource: it survives reloads.</summary>
internal sealed class Http2Handler : IDisposable
{
    private readonly SocketsHttpHandler handler;

    public Http2Handler(UpstreamTls? tls, TimeSpan connectTimeout)
    {
        handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = connectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        };
        if (tls is not null) handler.SslOptions = tls.OptionsFor("");
        Invoker = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    public HttpMessageInvoker Invoker { get; }

    public void Dispose()
    {
        Invoker.Dispose();
        handler.Dispose();
    }
}
