using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Foundation.Signing;

/// <summary>Signs requests to Amazon's services: Signature Version 4.</summary>
public static class AwsSigner
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Adds <c>X-Amz-Date</c>, the token if there is one, and <c>Authorization</c>. All fields set before are signed.</summary>
    /// <param name="request">Its URI and headers are final; it has no query but that of the URI.</param>
    /// <param name="body">Its body.</param>
    /// <param name="credentials">Whose request it is.</param>
    /// <param name="region">As <c>eu-central-1</c>.</param>
    /// <param name="service">As <c>lambda</c>.</param>
    /// <param name="now">The time of the signature.</param>
    public static void Sign(HttpRequestMessage request, byte[] body, AwsCredentials credentials, string region, string service, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        if (credentials.SessionToken is { } token) request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", token);

        var uri = request.RequestUri!;
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = uri.IsDefaultPort ? uri.Host : uri.Authority };
        foreach (var (name, values) in request.Headers.NonValidated) fields[name.ToLowerInvariant()] = string.Join(',', values.Select(v => v.Trim()));
        var signed = string.Join(';', fields.Keys);
        var canonical = new StringBuilder()
            .Append(request.Method.Method).Append('\n')
            .Append(CanonicalPath(uri, service)).Append('\n')
            .Append(CanonicalQuery(uri)).Append('\n');
        foreach (var (name, value) in fields) canonical.Append(name).Append(':').Append(value).Append('\n');
        canonical.Append('\n').Append(signed).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));

        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey), time[..8]), region), service), "aws4_request");
        var signature = Convert.ToHexStringLower(Mac(key, toSign));
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{Algorithm} Credential={credentials.AccessKey}/{scope}, SignedHeaders={signed}, Signature={signature}");
    }

    /// <summary>Letters, digits and <c>-._~</c> stay, everything else is percent-encoded.</summary>
    public static string Encode(string text) => Uri.EscapeDataString(text);

    /// <summary>Every service but S3 has the path encoded once more.</summary>
    private static string CanonicalPath(Uri uri, string service)
    {
        var path = uri.AbsolutePath.Length == 0 ? "/" : uri.AbsolutePath;
        return service == "s3" ? path : string.Join('/', path.Split('/').Select(Encode));
    }

    private static string CanonicalQuery(Uri uri) =>
        string.Join('&', uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=")
            .Order(StringComparer.Ordinal));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}

/// <summary>A key of AWS.</summary>
/// <param name="SessionToken">Of temporary ones.</param>
/// <param name="Expires">When they are of no use any more; null for never.</param>
public sealed record AwsCredentials(string AccessKey, string SecretKey, string? SessionToken = null, DateTimeOffset? Expires = null)
{
    public override string ToString() => "(a secret)";
}
