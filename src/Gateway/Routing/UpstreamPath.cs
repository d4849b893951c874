using System.Buffers;
using System.Text;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Routing;

/// <summary>Joins the service's path and the request's as Kong does; <c>path_handling</c> v0 and v1 give the same with this router.</summary>
public static class UpstreamPath
{
    private static readonly SearchValues<char> Unescaped =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!#$&'()*+,/:;=?@[]%");

    /// <summary>
    /// The path sent upstream, percent-encoded. The same instance comes back when nothing has to be cut, joined or encoded.
    /// </summary>
    /// <param name="match">How <paramref name="route"/> was matched.</param>
    /// <param name="service">Null for a route without a service.</param>
    /// <param name="path">The normalised path that was matched.</param>
    public static string Build(in RouteMatch match, RouteConfig route, ServiceConfig? service, string path) =>
        Escape(Join(service?.Path is { Length: > 0 } given ? given : "/", path, route.StripPath, match.MatchedLength));

    /// <summary>Percent-encodes what may not stand in a path, as UTF-8; escapes that are there stay.</summary>
    public static string Escape(string path)
    {
        var unsafeAt = path.AsSpan().IndexOfAnyExcept(Unescaped);
        if (unsafeAt < 0) return path;

        var escaped = new StringBuilder(path.Length + 16).Append(path, 0, unsafeAt);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in path.AsSpan(unsafeAt).EnumerateRunes())
        {
            if (rune.IsAscii && Unescaped.Contains((char)rune.Value))
            {
                escaped.Append((char)rune.Value);
                continue;
            }

            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) escaped.Append('%').Append(Convert.ToHexString([b]));
        }

        return escaped.ToString();
    }

    private static string Join(string basePath, string path, bool strip, int matchedLength)
    {
        var slash = basePath[^1] == '/';
        if (!strip)
        {
            if (slash) return basePath.Length == 1 ? path : string.Concat(basePath, path.AsSpan(1));
            return path.Length == 1 ? basePath : basePath + path;
        }

        // A match without a path cuts the first slash, which the joining puts back.
        var rest = WithoutLeadingDots(path.AsSpan(Math.Min(matchedLength > 0 ? matchedLength : 1, path.Length)));
        var trimmed = slash ? basePath.AsSpan(0, basePath.Length - 1) : basePath;
        if (rest.IsEmpty)
        {
            if (basePath.Length == 1 && slash) return "/";
            if (slash) return path[^1] == '/' ? basePath : trimmed.ToString();
            return path.Length > 1 && path[^1] == '/' ? basePath + "/" : basePath;
        }

        if (trimmed.IsEmpty && rest.Length == path.Length - 1 && rest[0] != '/') return path;
        return rest[0] == '/' ? string.Concat(trimmed, rest) : string.Concat(trimmed, "/", rest);
    }

    private static ReadOnlySpan<char> WithoutLeadingDots(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] != '.') return rest;
        if (rest is "." or "..") return default;
        if (rest.StartsWith("./")) return rest[2..];
        return rest.StartsWith("../") ? rest[3..] : rest;
    }
}
