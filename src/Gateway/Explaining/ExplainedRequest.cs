using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Explaining;

/// <summary>A request that is asked about and never sent.</summary>
public sealed record ExplainedRequest(string Method, Uri Url, IHeaderDictionary Headers, RequestPathResult Target)
{
    /// <summary>False, with a sentence about why, when no client could send it.</summary>
    /// <param name="method"><c>GET</c>, in any case.</param>
    /// <param name="url">The whole URL as a client would ask for it.</param>
    /// <param name="headers">Field names with their values; <c>Host</c> is taken from the URL where it is not among them.</param>
    public static bool TryParse(
        string method, string url, IEnumerable<KeyValuePair<string, string>> headers, [NotNullWhen(true)] out ExplainedRequest? request, [NotNullWhen(false)] out string? problem)
    {
        request = null;
        problem = null;
        if (!IsToken(method)) problem = $"'{method}' is no HTTP method; write one like GET";
        else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || !url.Contains("//", StringComparison.Ordinal))
            problem = $"'{url}' is no URL; write it whole: http://api.example.com/orders";
        else
        {
            IHeaderDictionary fields = new HeaderDictionary();
            foreach (var (name, value) in headers)
            {
                if (!IsToken(name)) problem ??= $"'{name}' is no name of a header field";
                else fields.Append(name, value);
            }

            if (fields.Host.Count == 0) fields.Host = Authority(url);
            var target = RequestPath.Parse(RawTarget(url));
            if (target.Error != RequestPathError.None) problem ??= $"'{url}': the gateway refuses this path ({target.Error})";
            if (problem is null) request = new ExplainedRequest(method.ToUpperInvariant(), uri, fields, target);
        }

        return request is not null;
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

    private static bool IsToken(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

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
