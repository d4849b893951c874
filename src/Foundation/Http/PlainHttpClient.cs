using System.Net;

namespace Sluice.Foundation.Http;

/// <summary>
/// Sends requests over HTTP/1.1 without TLS and reads each answer whole. The gateway's engine lends workflows one, so that the calls of nodes go over the same
/// event loops, connection pools and parser as proxied requests.
/// </summary>
public abstract class PlainHttpClient : IDisposable
{
    /// <summary>Sends a request once; it is repeated only where a kept connection turned out to be closed and <see cref="PlainHttpRequest.MayRepeat"/> says so.</summary>
    /// <param name="cancel">Closes the connection.</param>
    /// <exception cref="HttpRequestException">
    /// <see cref="HttpRequestError.ConnectionError"/>: no connection. <see cref="HttpRequestError.ResponseEnded"/>: no answer. <see cref="HttpRequestError.InvalidResponse"/>: it is not HTTP.
    /// <see cref="HttpRequestError.ConfigurationLimitExceeded"/>: it is longer than the request allows.
    /// </exception>
    /// <exception cref="IOException">The answer broke off.</exception>
    public abstract ValueTask<PlainHttpAnswer> SendAsync(PlainHttpRequest request, CancellationToken cancel);

    /// <summary>Closes what is idle.</summary>
    public abstract void Dispose();
}

/// <summary>Finds the addresses of a host that may be called, at least one.</summary>
public delegate ValueTask<IPAddress[]> AddressLookup(string host, CancellationToken cancel);
