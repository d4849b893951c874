using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Plugins.Redirect;

/// <summary>A URL whose path and query can be exchanged, written as the WHATWG's URL standard writes it (which is what Kong uses).</summary>
/// <param name="Before">Scheme and authority.</param>
/// <param name="After">The fragment with its <c>#</c>, or empty.</param>
internal sealed record RedirectTarget(string Before, string After)
{
    private static readonly SearchValues<char> EncodedInPath = SearchValues.Create(" \"#<>?`{}^\u007F");
    private static readonly SearchValues<char> EncodedInQuery = SearchValues.Create(" \"#<>'\u007F");

    /// <summary>Takes <paramref name="url"/> apart; null when it has no scheme or no host.</summary>
    public static RedirectTarget? Parse(string url)
    {
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || !url.Contains("://", StringComparison.Ordinal)) return null;
        var before = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.UserInfo, UriFormat.UriEscaped);
        return new RedirectTarget(before, hash < 0 ? "" : url[hash..]);
    }

    /// <summary>The URL with the path and the query of <paramref name="target"/>, a request's.</summary>
    public string With(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var text = new StringBuilder(Before, Before.Length + target.Length + After.Length);
        AppendPath(text, path.Replace('\\', '/'));
        if (mark >= 0 && mark + 1 < target.Length) AppendEncoded(text, target.AsSpan(mark), EncodedInQuery);
        return text.Append(After).ToString();
    }

    /// <summary>Without dot segments, also when their dots are percent-encoded.</summary>
    private static void AppendPath(StringBuilder text, string path)
    {
        var segments = new List<string>();
        var parts = path.StartsWith('/') ? path[1..].Split('/') : path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var plain = parts[i].Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
            if (plain is not ("." or ".."))
            {
                segments.Add(parts[i]);
                continue;
            }

            if (plain is ".." && segments.Count > 0) segments.RemoveAt(segments.Count - 1);
            if (i == parts.Length - 1) segments.Add("");
        }

        foreach (var segment in segments) AppendEncoded(text.Append('/'), segment, EncodedInPath);
    }

    /// <summary>One char is one byte of the request.</summary>
    private static void AppendEncoded(StringBuilder text, ReadOnlySpan<char> part, SearchValues<char> encoded)
    {
        foreach (var c in part)
            if (c is < ' ' or > '~' || (encoded.Contains(c))) text.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else text.Append(c);
    }
}
