using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Sluice.Foundation.Signing;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.Aws;

/// <summary>Where the credentials come from.</summary>
internal sealed record AwsCredentialSettings
{
    public string? AccessKey { get; init; }

    public string? SecretKey { get; init; }

    /// <summary>A role to take on with those credentials.</summary>
    public string? AssumeRole { get; init; }

    public string SessionName { get; init; } = "kong";

    /// <summary>The service that gives the role's credentials; the region's own when null.</summary>
    public string? StsEndpoint { get; init; }

    public string? Region { get; init; }

    /// <summary>Whether the metadata service of EC2 is asked with a session token first.</summary>
    public bool MetadataV2 { get; init; }
}

/// <summary>
/// Finds credentials: those of the configuration, of the environment, of the container (ECS, EKS), of the machine (EC2); and takes on a role with them
/// if asked. Temporary ones are kept until shortly before they expire.
/// </summary>
internal sealed class AwsCredentialSource(AwsCredentialSettings settings, HttpCaller http, TimeProvider time, Func<string, string?> environment)
{
    private const string MetadataService = "http://169.254.169.254";

    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim gate = new(1);
    private AwsCredentials? kept;

    /// <summary>The credentials, or why there are none.</summary>
    public async ValueTask<(AwsCredentials? Credentials, string? Failure)> GetAsync(CancellationToken cancel)
    {
        if (settings.AssumeRole is null && Given() is { } given) return (given, null);
        if (IsFresh(kept)) return (kept, null);
        await gate.WaitAsync(cancel);
        try
        {
            if (IsFresh(kept)) return (kept, null);
            var found = Given();
            string? failure = null;
            if (found is null) (found, failure) = await FetchAsync(cancel);
            if (found is { } own && settings.AssumeRole is { } role) (found, failure) = await AssumeAsync(own, role, cancel);
            kept = found ?? kept;
            return (found, failure);
        }
        finally
        {
            gate.Release();
        }
    }

    private bool IsFresh(AwsCredentials? credentials) => credentials is not null && (credentials.Expires is null || credentials.Expires - Early > time.GetUtcNow());

    private AwsCredentials? Given()
    {
        if (settings is { AccessKey: { } key, SecretKey: { } secret }) return new(key, secret);
        return environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } id && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } word
            ? new(id, word, environment("AWS_SESSION_TOKEN"))
            : null;
    }

    private async Task<(AwsCredentials?, string?)> FetchAsync(CancellationToken cancel)
    {
        if (environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } relative) return await ReadAsync(Get("http://169.254.170.2" + relative), cancel);
        if (environment("AWS_CONTAINER_CREDENTIALS_FULL_URI") is { } full)
        {
            var request = Get(full);
            if (environment("AWS_CONTAINER_AUTHORIZATION_TOKEN") is { } token) request.Headers.TryAddWithoutValidation("Authorization", token);
            return await ReadAsync(request, cancel);
        }

        return await FetchFromMachineAsync(cancel);
    }

    private async Task<(AwsCredentials?, string?)> FetchFromMachineAsync(CancellationToken cancel)
    {
        string? session = null;
        if (settings.MetadataV2)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Put, $"{MetadataService}/latest/api/token");
            ask.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token-ttl-seconds", "60");
            var (answer, why) = await http.CallAsync(ask, cancel);
            if (answer is not { Status: 200 }) return (null, why ?? "the metadata service gives no token");
            session = System.Text.Encoding.ASCII.GetString(answer.Body);
        }

        const string roles = $"{MetadataService}/latest/meta-data/iam/security-credentials/";
        using var list = WithSession(Get(roles), session);
        var (names, failure) = await http.CallAsync(list, cancel);
        if (names is not { Status: 200 }) return (null, failure ?? "this machine has no role");
        return await ReadAsync(WithSession(Get(roles + System.Text.Encoding.ASCII.GetString(names.Body).Trim()), session), cancel);
    }

    private async Task<(AwsCredentials?, string?)> AssumeAsync(AwsCredentials own, string role, CancellationToken cancel)
    {
        var region = settings.Region ?? "us-east-1";
        var endpoint = settings.StsEndpoint ?? $"https://sts.{region}.amazonaws.com";
        var query = $"Action=AssumeRole&RoleArn={AwsSigner.Encode(role)}&RoleSessionName={AwsSigner.Encode(settings.SessionName)}&Version=2011-06-15";
        using var request = Get($"{endpoint.TrimEnd('/')}/?{query}");
        AwsSigner.Sign(request, [], own, region, "sts", time.GetUtcNow());
        var (answer, failure) = await http.CallAsync(request, cancel);
        if (answer is not { Status: 200 }) return (null, failure ?? $"the role was not given: {answer!.Status}");
        try
        {
            var text = System.Text.Encoding.UTF8.GetString(answer.Body);
            var given = XDocument.Parse(text).Descendants().First(e => e.Name.LocalName == "Credentials").Elements().ToDictionary(e => e.Name.LocalName, e => e.Value);
            return (new AwsCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], Time(given["Expiration"])), null);
        }
        catch (Exception e) when (e is System.Xml.XmlException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (null, "the answer of the token service cannot be read");
        }
    }

    private async Task<(AwsCredentials?, string?)> ReadAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var asked = request;
        var (answer, failure) = await http.CallAsync(asked, cancel);
        if (answer is not { Status: 200 }) return (null, failure ?? $"{request.RequestUri!.Authority} answered {answer!.Status}");
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            var root = json.RootElement;
            return (new AwsCredentials(
                root.GetProperty("AccessKeyId").GetString()!,
                root.GetProperty("SecretAccessKey").GetString()!,
                root.TryGetProperty("Token", out var token) ? token.GetString() : null,
                root.TryGetProperty("Expiration", out var expires) ? Time(expires.GetString()!) : null), null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (null, $"the answer of {request.RequestUri!.Authority} cannot be read");
        }
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static HttpRequestMessage Get(string url) => new(HttpMethod.Get, url);

    private static HttpRequestMessage WithSession(HttpRequestMessage request, string? session)
    {
        if (session is not null) request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", session);
        return request;
    }
}
