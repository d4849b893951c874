using System.Net.Http.Headers;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>How an <see cref="HttpPoster"/> works.</summary>
internal sealed record HttpPosterSettings
{
    public required string Url { get; init; }

    public required string ContentType { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the whole of one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

/// <summary>Posts bodies to one URL. Servers are verified with the system's certificates.</summary>
internal sealed class HttpPoster : IDisposable
{
    private readonly HttpPosterSettings settings;
    private readonly Uri url;
    private readonly HttpMessageInvoker client;

    public HttpPoster(HttpPosterSettings settings)
    {
        this.settings = settings;
        url = new Uri(settings.Url);
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = settings.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Why the body was not taken, or null. The reason names the server only: addresses may hold secrets.</summary>
    public async Task<string?> PostAsync(byte[] body, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(settings.Timeout);
        try
        {
            using var request = Request(body);
            using var response = await client.SendAsync(request, timeout.Token);
            return response.IsSuccessStatusCode ? null : $"{url.Authority} answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"{url.Authority}: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"{url.Authority} did not answer within {settings.Timeout.TotalMilliseconds} ms";
        }
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request(byte[] body)
    {
        var content = new ByteArrayContent(body);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        var type = settings.ContentType;
        foreach (var (name, value) in settings.Headers ?? new Dictionary<string, string>())
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) type = value;
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (url.UserInfo.Length > 0 && request.Headers.Authorization is null)
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
        return request;
    }
}
