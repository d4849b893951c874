using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Routing;
using Sluice.Host.Commands;

namespace Sluice.Host.Explaining;

/// <summary>A request as <c>sluice explain</c> is given it.</summary>
internal sealed record ExplainedRequest(string Method, Uri Url, IHeaderDictionary Headers, RequestPathResult Target)
{
    /// <exception cref="UsageException">The URL or a header field cannot be read.</exception>
    public static ExplainedRequest Parse(string method, string url, IEnumerable<string> fields)
    {
        if (method.Length == 0 || !method.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
            throw new UsageException($"'{method}' is no HTTP method; write one like GET");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new UsageException($"'{url}' is no URL; write it whole: http://api.example.com/orders");

        IHeaderDictionary headers = new HeaderDictionary();
        foreach (var field in fields)
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw new UsageException($"--header '{field}': expected 'Name: value'");
            headers.Append(field[..colon].Trim(), field[(colon + 1)..].Trim());
        }

        if (headers.Host.Count == 0) headers.Host = Authority(url);
        var target = RequestPath.Parse(RawTarget(url));
        if (target.Error != RequestPathError.None) throw new UsageException($"'{url}': the gateway refuses this path ({target.Error})");
        return new ExplainedRequest(method.ToUpperInvariant(), uri, headers, target);
    }

    /// <summary>What the router is asked.</summary>
    public RouteQuery Query => new(
        Method,
        Headers.ContentType.ToString().StartsWith("application/grpc", StringComparison.Ordinal) ? Url.Scheme.Replace("http", "grpc", StringComparison.Ordinal) : Url.Scheme,
        Headers.Host.ToString(),
        Target.Path,
        Target.Query,
        Url.Scheme == "https" && Url.HostNameType == UriHostNameType.Dns ? Url.Host : null,
        Headers);

    public override string ToString() => $"{Method} {Url.Scheme}://{Headers.Host}{Target.Path}{Target.Query}";

    /// <summary>As it is written: <see cref="Uri"/> would lower the case of the host and drop a port that is the scheme's own.</summary>
    private static string Authority(string url)
    {
        var rest = url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        return authority[(authority.LastIndexOf('@') + 1)..];
    }

    private static string RawTarget(string url)
    {
        var rest = url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..];
        var start = rest.AsSpan().IndexOfAny('/', '?', '#');
        var target = start < 0 ? "/" : rest[start..].Split('#')[0];
        return target.StartsWith('/') ? target : "/" + target;
    }
}
