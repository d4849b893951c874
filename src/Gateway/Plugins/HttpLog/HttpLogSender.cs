using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Gateway.Plugins.HttpLog;

/// <summary>Sends batches of entries to one endpoint.</summary>
internal sealed class HttpLogSender : IDisposable
{
    private readonly HttpLogConfig config;
    private readonly Uri url;
    private readonly AuthenticationHeaderValue? authorization;
    private readonly HttpMessageInvoker client;

    public HttpLogSender(HttpLogConfig config)
    {
        this.config = config;
        var endpoint = new Uri(config.HttpEndpoint);
        url = new UriBuilder(endpoint.Scheme, endpoint.Host, endpoint.Port, endpoint.AbsolutePath).Uri;
        if (endpoint.UserInfo.Length > 0)
            authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(endpoint.UserInfo))));
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
            PooledConnectionIdleTimeout = TimeSpan.FromMilliseconds(config.Keepalive),
            ConnectTimeout = TimeSpan.FromMilliseconds(config.Timeout),
            ActivityHeadersPropagator = null,
        };
        if (!config.SslVerify) handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        client = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends one entry as it is, several as an array. Why that failed, or null.</summary>
    public async Task<string?> SendAsync(IReadOnlyList<byte[]> batch, bool asArray, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(TimeSpan.FromMilliseconds(config.Timeout));
        try
        {
            using var request = Request(batch, asArray);
            using var response = await client.SendAsync(request, timeout.Token);
            return (int)response.StatusCode < 400 ? null : $"{url.Authority} answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"{url.Authority}: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"{url.Authority} did not answer within {config.Timeout} ms";
        }
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request(IReadOnlyList<byte[]> batch, bool asArray)
    {
        var content = new ByteArrayContent(asArray ? Join(batch) : batch[0]);
        content.Headers.TryAddWithoutValidation("Content-Type", config.ContentType);
        var request = new HttpRequestMessage(new HttpMethod(config.Method), url) { Content = content };
        request.Headers.Authorization = authorization;
        foreach (var (name, value) in config.Headers ?? new Dictionary<string, string>()) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static byte[] Join(IReadOnlyList<byte[]> batch)
    {
        var joined = new MemoryStream(batch.Sum(b => b.Length + 1) + 1);
        joined.WriteByte((byte)'[');
        for (var i = 0; i < batch.Count; i++)
        {
            if (i > 0) joined.WriteByte((byte)',');
            joined.Write(batch[i]);
        }

        joined.WriteByte((byte)']');
        return joined.ToArray();
    }
}
