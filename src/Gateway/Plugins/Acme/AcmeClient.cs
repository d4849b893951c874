using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>The protocol (RFC 8555): an account, an order, its challenges, the certificate. One call at a time.</summary>
/// <param name="trusted">PEM file of the roots that the authority's server is verified with; null for the system's.</param>
internal sealed class AcmeClient(Uri directoryUrl, string? trusted, TimeProvider time) : IDisposable
{
    private const int MaxBytes = 1024 * 1024;
    private const int MostPolls = 60;
    private const int MostNonces = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly HttpMessageInvoker http = new(Handler(trusted));
    private JsonElement directory;
    private string? nonce;
    private AcmeAccountKey? key;
    private string? account;

    /// <summary>Opens the account that <paramref name="accountKey"/> belongs to, or makes it.</summary>
    public async Task OpenAccountAsync(AcmeAccountKey accountKey, AcmeConfig config, CancellationToken stop)
    {
        key = accountKey;
        var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, directoryUrl), stop).ConfigureAwait(false);
        directory = answer.Json();
        var url = UrlOf("newAccount");
        var binding = config.EabKid is { } kid ? accountKey.BindTo(kid, config.EabHmacKey!, url) : (object?)null;
        var wish = new Dictionary<string, object> { ["termsOfServiceAgreed"] = config.TosAccepted, ["contact"] = new[] { "mailto:" + config.AccountEmail } };
        if (binding is not null) wish["externalAccountBinding"] = binding;
        account = (await PostAsync(url, wish, stop).ConfigureAwait(false)).Location ?? throw new AcmeException("the new account has no URL");
    }

    /// <summary>Has a certificate issued.</summary>
    /// <param name="host">The name to prove.</param>
    /// <param name="kind"><c>http-01</c> or <c>tls-alpn-01</c>.</param>
    /// <param name="prepare">Called with token and key authorization, before the authority comes to look.</param>
    /// <param name="request">The certificate request, DER.</param>
    /// <returns>The chain, PEM.</returns>
    public async Task<string> IssueAsync(string host, string kind, Func<string, string, ValueTask> prepare, byte[] request, CancellationToken stop)
    {
        var wish = new { identifiers = new[] { new { type = "dns", value = host } } };
        var created = await PostAsync(UrlOf("newOrder"), wish, stop).ConfigureAwait(false);
        var orderUrl = new Uri(created.Location ?? throw new AcmeException("the new order has no URL"));
        var order = created.Json();
        foreach (var authorization in order.GetProperty("authorizations").EnumerateArray())
            await ProveAsync(new Uri(authorization.GetString()!), kind, prepare, stop).ConfigureAwait(false);
        order = await UntilAsync(orderUrl, ["ready", "processing", "valid"], stop).ConfigureAwait(false);
        if (order.GetProperty("status").GetString() == "ready")
            await PostAsync(new Uri(order.GetProperty("finalize").GetString()!), new { csr = AcmeAccountKey.Encode(request) }, stop).ConfigureAwait(false);
        order = await UntilAsync(orderUrl, ["valid"], stop).ConfigureAwait(false);
        return Encoding.UTF8.GetString((await PostAsync(new Uri(order.GetProperty("certificate").GetString()!), null, stop).ConfigureAwait(false)).Body);
    }

    public void Dispose() => http.Dispose();

    private async Task ProveAsync(Uri url, string kind, Func<string, string, ValueTask> prepare, CancellationToken stop)
    {
        var authorization = (await PostAsync(url, null, stop).ConfigureAwait(false)).Json();
        if (authorization.GetProperty("status").GetString() == "valid") return;
        foreach (var challenge in authorization.GetProperty("challenges").EnumerateArray())
        {
            if (challenge.GetProperty("type").GetString() != kind) continue;
            var token = challenge.GetProperty("token").GetString()!;
            await prepare(token, $"{token}.{key!.Thumbprint}").ConfigureAwait(false);
            await PostAsync(new Uri(challenge.GetProperty("url").GetString()!), new { }, stop).ConfigureAwait(false);
            await UntilAsync(url, ["valid"], stop).ConfigureAwait(false);
            return;
        }

        throw new AcmeException($"the authority offers no {kind} challenge");
    }

    /// <summary>Looks until the object has one of the states.</summary>
    private async Task<JsonElement> UntilAsync(Uri url, string[] states, CancellationToken stop)
    {
        for (var i = 0; i < MostPolls; i++)
        {
            var answer = await PostAsync(url, null, stop).ConfigureAwait(false);
            var found = answer.Json();
            var state = found.GetProperty("status").GetString();
            if (states.Contains(state)) return found;
            if (state is "invalid" or "deactivated" or "expired" or "revoked") throw new AcmeException($"{url} is {state}: {Why(found)}");
            var pause = answer.RetryAfter ?? TimeSpan.FromSeconds(1);
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, stop).ConfigureAwait(false);
        }

        throw new AcmeException($"{url} did not become {states[^1]}");
    }

    /// <summary>What the authority says of a failure: its error, or those of the challenges.</summary>
    private static string Why(JsonElement failed) =>
        failed.TryGetProperty("error", out var error) ? error.GetRawText()
        : failed.TryGetProperty("challenges", out var challenges)
            ? string.Join(", ", challenges.EnumerateArray().Where(c => c.TryGetProperty("error", out _)).Select(c => c.GetProperty("error").GetRawText()))
        : "";

    private Uri UrlOf(string name) =>
        directory.TryGetProperty(name, out var url) && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var found) ? found : throw new AcmeException($"the directory has no {name}");

    /// <summary>A signed request. A nonce that the authority does not like is replaced by the one that comes with its refusal.</summary>
    private async Task<Answer> PostAsync(Uri url, object? payload, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            if (nonce is null) await SendAsync(() => new HttpRequestMessage(HttpMethod.Head, UrlOf("newNonce")), stop).ConfigureAwait(false);
            var use = nonce ?? throw new AcmeException("the authority gives no nonce");
            nonce = null;
            try
            {
                return await SendAsync(
                    () =>
                    {
                        var content = new ByteArrayContent(key!.Sign(url, use, account, payload));
                        content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");
                        return new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
                    },
                    stop).ConfigureAwait(false);
            }
            catch (AcmeException e) when (e.Type == "urn:ietf:params:acme:error:badNonce" && tries < MostNonces)
            {
                // Once more with the new one.
            }
        }
    }

    private async Task<Answer> SendAsync(Func<HttpRequestMessage> make, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timer = time.CreateTimer(static l => ((CancellationTokenSource)l!).Cancel(), limit, Patience, Timeout.InfiniteTimeSpan);
        using var request = make();
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Sluice", null));
        using var response = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
        if (response.Headers.TryGetValues("Replay-Nonce", out var values)) nonce = values.First();
        using var bytes = new MemoryStream();
        await using (var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false))
        {
            var buffer = new byte[16 * 1024];
            for (int read; (read = await body.ReadAsync(buffer, limit.Token).ConfigureAwait(false)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxBytes) throw new AcmeException("an answer is larger than 1 MiB");
            }
        }

        var answer = new Answer(bytes.ToArray(), response.Headers.Location?.OriginalString, response.Headers.RetryAfter?.Delta);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent ? answer : throw Refusal(response.StatusCode, answer);
    }

    private static AcmeException Refusal(HttpStatusCode status, Answer answer)
    {
        try
        {
            var problem = answer.Json();
            var type = problem.TryGetProperty("type", out var t) ? t.GetString() : null;
            return new AcmeException($"{type} {(problem.TryGetProperty("detail", out var detail) ? detail.GetString() : "")}", type);
        }
        catch (JsonException)
        {
            return new AcmeException($"the authority answered {(int)status}");
        }
    }

    private static SocketsHttpHandler Handler(string? trusted)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (trusted is null) return handler;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(trusted);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        return handler;
    }

    private sealed record Answer(byte[] Body, string? Location, TimeSpan? RetryAfter)
    {
        public JsonElement Json()
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }
}
