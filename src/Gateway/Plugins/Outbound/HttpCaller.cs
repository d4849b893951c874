using System.Net;
using System.Net.Security;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Outbound;

/// <summary>How an <see cref="HttpCaller"/> works. Equal settings share one.</summary>
internal sealed record HttpCallerSettings
{
    /// <summary>For one call from its beginning to the end of its answer's head.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(1);

    public bool Verify { get; init; } = true;

    /// <summary>How many bytes an answer that is read whole may have.</summary>
    public int MaxBody { get; init; } = 64 * 1024 * 1024;

    /// <summary>An HTTP proxy, by its URL.</summary>
    public string? Proxy { get; init; }
}

/// <summary>Calls other servers on behalf of plugins that answer in an upstream's place. Connections are kept and shared.</summary>
internal sealed class HttpCaller : IDisposable
{
    private readonly HttpCallerSettings settings;
    private readonly HttpMessageInvoker client;

    private HttpCaller(HttpCallerSettings settings)
    {
        this.settings = settings;
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = settings.Proxy is not null,
            Proxy = settings.Proxy is null ? null : new WebProxy(settings.Proxy),
            ConnectTimeout = settings.Timeout,
            PooledConnectionIdleTimeout = settings.KeepAlive,
            ActivityHeadersPropagator = null,

            // A client's fields are passed on byte by byte, as they came.
            RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
        };
        if (!settings.Verify) handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        client = new HttpMessageInvoker(handler);
    }

    public static HttpCaller For(HttpCallerSettings settings, PluginSetup setup) =>
        setup.Shared.Get(settings, setup.Snapshot.Lease, () => new HttpCaller(settings));

    /// <summary>Sends a request and reads the answer whole.</summary>
    /// <returns>The answer, or why there is none. The reason names the server, never the rest of its address.</returns>
    public async Task<(OutboundAnswer? Answer, string? Failure)> CallAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(settings.Timeout);
        var host = request.RequestUri!.Authority;
        try
        {
            using var response = await client.SendAsync(request, timeout.Token);
            if (response.Content.Headers.ContentLength > settings.MaxBody) return (null, $"{host}: the answer is too large");
            await using var stream = await response.Content.ReadAsStreamAsync(timeout.Token);
            using var body = new MemoryStream();
            var piece = new byte[16 * 1024];
            while (await stream.ReadAsync(piece, timeout.Token) is > 0 and var count)
            {
                if (body.Length + count > settings.MaxBody) return (null, $"{host}: the answer is too large");
                body.Write(piece, 0, count);
            }

            return (new OutboundAnswer((int)response.StatusCode, Headers(response), body.ToArray()), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, $"{host}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"{host} did not answer within {settings.Timeout.TotalMilliseconds} ms");
        }
    }

    /// <summary>Sends a request and gives the answer as soon as its head is there; the caller disposes of it. As <see cref="CallAsync"/> otherwise.</summary>
    public async Task<(HttpResponseMessage? Response, string? Failure)> OpenAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(settings.Timeout);
        var host = request.RequestUri!.Authority;
        try
        {
            return (await client.SendAsync(request, timeout.Token), null);
        }
        catch (HttpRequestException e)
        {
            return (null, $"{host}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"{host} did not answer within {settings.Timeout.TotalMilliseconds} ms");
        }
    }

    public void Dispose() => client.Dispose();

    internal static List<KeyValuePair<string, StringValues>> Headers(HttpResponseMessage response)
    {
        var headers = new List<KeyValuePair<string, StringValues>>();
        foreach (var (name, values) in response.Headers.NonValidated) Add(name, values);
        foreach (var (name, values) in response.Content.Headers.NonValidated) Add(name, values);
        return headers;

        void Add(string name, System.Net.Http.Headers.HeaderStringValues values)
        {
            if (!OutboundAnswer.IsAboutConnection(name)) headers.Add(new(name, values.Count == 1 ? values.ToString() : new StringValues([.. values])));
        }
    }
}

/// <summary>Another server's answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Without those of its connection and framing.</param>
/// <param name="Body">Whole.</param>
internal sealed record OutboundAnswer(int Status, List<KeyValuePair<string, StringValues>> Headers, byte[] Body)
{
    private static readonly HashSet<string> ConnectionFields = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Content-Length", "Upgrade", "Trailer", "TE", "Date",
    };

    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    public static bool IsAboutConnection(string name) => ConnectionFields.Contains(name);
}
