using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Sluice.Foundation.Secrets;

/// <summary>
/// The key-value store of a HashiCorp Vault over HTTP. A path is asked for once and kept for <see cref="VaultServerConfig.Ttl"/>; while the
/// server is away the old values are used, and it is not asked again for <see cref="VaultServerConfig.NegTtl"/>.
/// </summary>
internal sealed class VaultServer : SecretSource, IDisposable
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxPaths = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly VaultServerConfig config;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker http;
    private readonly Uri address;
    private string? loginToken;
    private long loginUntil;
    private string? unreachable;
    private long unreachableUntil;

    public VaultServer(VaultServerConfig config, TimeProvider time)
    {
        this.config = config;
        this.time = time;
        address = new UriBuilder(config.Protocol, config.Host, config.Port).Uri;
        http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromMilliseconds(config.Timeout),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        });
    }

    public override SecretLookup Find(SecretReference reference)
    {
        if (reference.Segments.Any(s => s is "." or "..")) return SecretLookup.Missing("the path has '.' or '..' in it");
        var path = string.Join('/', reference.Resource.Split('/').Select(Uri.EscapeDataString));
        if (config.Kv is "v2" && reference.Options.TryGetValue("version", out var version)) path += "?version=" + Uri.EscapeDataString(version);
        lock (gate)
        {
            var (data, problem) = DataAt(path);
            if (data is not { } found) return SecretLookup.Missing(problem!);
            if (reference.Key is not { } key) return SecretLookup.Found(found.GetRawText());
            return found.TryGetProperty(key, out var value)
                ? SecretLookup.Found(TextOf(value))
                : SecretLookup.Missing($"{config} has no field '{key}' at {reference.Resource}");
        }
    }

    public void Dispose() => http.Dispose();

    private (JsonElement? Data, string? Problem) DataAt(string path)
    {
        var now = time.GetTimestamp();
        if (kept.TryGetValue(path, out var old) && now < old.Until) return (old.Data, old.Problem);
        if (unreachable is null || now >= unreachableUntil)
        {
            var answer = Ask(path);
            if (!answer.Unreachable)
            {
                unreachable = null;
                if (kept.Count >= MaxPaths) kept.Clear();
                kept[path] = new Kept(answer.Data, answer.Problem, After(answer.Data is null ? config.NegTtl : config.Ttl), After(config.ResurrectTtl));
                return (answer.Data, answer.Problem);
            }

            (unreachable, unreachableUntil) = (answer.Problem, After(config.NegTtl));
        }

        // An old value is better than none, which would refuse the whole configuration.
        return old is { Data: not null } && now < old.UsableUntil ? (old.Data, null) : (null, unreachable);
    }

    private Answer Ask(string path)
    {
        try
        {
            if (Token(out var problem) is not { } token) return problem;
            var (status, body) = Get(path, token);
            if (status == HttpStatusCode.Forbidden && config.AuthMethod is "approle")
            {
                // The token may have been revoked before its time.
                loginToken = null;
                if (Token(out problem) is not { } renewed) return problem;
                (status, body) = Get(path, renewed);
            }

            return status switch
            {
                HttpStatusCode.OK => Parse(body),
                HttpStatusCode.NotFound => new Answer(null, $"{config} has nothing at {config.Mount}/{path}", Unreachable: false),
                HttpStatusCode.Forbidden => new Answer(null, $"{config} does not permit reading {config.Mount}/{path}", Unreachable: false),
                _ => new Answer(null, $"{config} answered {(int)status} for {config.Mount}/{path}", Unreachable: true),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException or OperationCanceledException or UnauthorizedAccessException or JsonException)
        {
            return new Answer(null, e is OperationCanceledException or ObjectDisposedException ? $"{config} did not answer in time" : $"{config} can't be asked: {e.Message}", Unreachable: true);
        }
    }

    private (HttpStatusCode Status, byte[] Body) Get(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"/v1/{config.Mount.Trim('/')}/{(config.Kv is "v2" ? "data/" : "")}{path}"));
        request.Headers.Add("X-Vault-Token", token);
        return Send(request);
    }

    private Answer Parse(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            && (config.Kv is "v1" || (data.TryGetProperty("data", out data) && data.ValueKind == JsonValueKind.Object)))
            return new Answer(data.Clone(), null, Unreachable: false);
        return new Answer(null, $"the answer of {config} is not one of a key-value store of {config.Kv}", Unreachable: false);
    }

    /// <summary>The token to ask with; after a login of the AppRole method until two thirds of its time are over.</summary>
    private string? Token(out Answer problem)
    {
        problem = default;
        if (config.AuthMethod is "token") return config.Token;
        if (loginToken is not null && time.GetTimestamp() < loginUntil) return loginToken;
        var secretId = config.ApproleSecretId ?? File.ReadAllText(config.ApproleSecretIdFile!).Trim();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/v1/auth/{config.ApproleAuthPath.Trim('/')}/login"));
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string?> { ["role_id"] = config.ApproleRoleId, ["secret_id"] = secretId }));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var (status, body) = Send(request);
        if (status == HttpStatusCode.OK)
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.TryGetProperty("auth", out var auth) && auth.TryGetProperty("client_token", out var token) && token.GetString() is { } text)
            {
                var lease = auth.TryGetProperty("lease_duration", out var seconds) && seconds.TryGetInt64(out var s) && s > 0 ? s : 3600;
                (loginToken, loginUntil) = (text, After(Math.Max(1, lease * 2 / 3)));
                return text;
            }
        }

        problem = new Answer(null, $"{config} refused the login by AppRole ({(int)status})", Unreachable: status >= HttpStatusCode.InternalServerError);
        return null;
    }

    private (HttpStatusCode Status, byte[] Body) Send(HttpRequestMessage request)
    {
        request.Headers.Add("X-Vault-Request", "true");
        if (config.Namespace is { } space) request.Headers.Add("X-Vault-Namespace", space);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(config.Timeout), TimeProvider.System);
        using var response = http.Send(request, patience.Token);

        // Reading knows no time limit of its own.
        using var limit = patience.Token.Register(static r => ((HttpResponseMessage)r!).Dispose(), response);
        using var body = response.Content.ReadAsStream(patience.Token);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = body.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes) throw new IOException("the answer is larger than 4 MiB");
        }

        return (response.StatusCode, bytes.ToArray());
    }

    private long After(long seconds) => time.GetTimestamp() + (seconds * time.TimestampFrequency);

    private readonly record struct Answer(JsonElement? Data, string? Problem, bool Unreachable);

    /// <param name="Until">It is not asked for again before.</param>
    /// <param name="UsableUntil">While the server is away it is used until then.</param>
    private sealed record Kept(JsonElement? Data, string? Problem, long Until, long UsableUntil);
}
