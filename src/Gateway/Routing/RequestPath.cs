using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Sluice.Gateway.Routing;

/// <summary>Why a request target cannot be routed.</summary>
public enum RequestPathError
{
    None,

    /// <summary>Not a path, a bad or zero escape, or dot segments that leave the root: 400.</summary>
    Malformed,

    /// <summary>The decoded path is not UTF-8, so that no route can match it: 404.</summary>
    NotUtf8,
}

/// <summary>The parts of a request target.</summary>
/// <param name="Path">Normalised as the router sees it: decoded except for reserved characters. Empty after an error.</param>
/// <param name="Query">As it came, with its <c>?</c> and without a fragment; or empty.</param>
public readonly record struct RequestPathResult(string Path, string Query, RequestPathError Error = RequestPathError.None);

/// <summary>
/// Normalises request targets exactly as Kong 3.9 on nginx does, so that a rule about a path cannot be passed by writing it differently:
/// escapes of unreserved characters are decoded (those of reserved ones upper-cased), <c>//</c> merged and dot segments resolved.
/// </summary>
public static class RequestPath
{
    private const string Reserved = "!*'();:@&=+$,/?%#[]";

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,/:;=@[]");

    private static readonly SearchValues<char> FragmentOrControl =
        SearchValues.Create("#\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018"
            + "\u0019\u001a\u001b\u001c\u001d\u001e\u001f \u007f");

    private static readonly SearchValues<byte> ReservedBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Reserved));

    private static RequestPathResult Malformed => new("", "", RequestPathError.Malformed);

    /// <summary>
    /// Splits and normalises <paramref name="rawTarget"/>: origin form, or absolute form, of which scheme and authority are ignored.
    /// A path that is normal already costs nothing beyond the two substrings, and without a query not even those.
    /// </summary>
    public static RequestPathResult Parse(string rawTarget)
    {
        var start = PathStart(rawTarget);
        if (start < 0) return Malformed;
        if (start == rawTarget.Length) return new("/", "");

        var rest = rawTarget.AsSpan(start);
        if (rest[0] == '?') return ParseQuery(rest, 0) is { } only ? new("/", only) : Malformed;

        var special = rest.IndexOfAnyExcept(PlainCharacters);
        if (special < 0 || rest[special] == '?')
        {
            var length = special < 0 ? rest.Length : special;
            var path = rest[..length];
            if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
            {
                if (special < 0) return new(start == 0 ? rawTarget : path.ToString(), "");
                return ParseQuery(rest, special) is { } query ? new(path.ToString(), query) : Malformed;
            }
        }

        return Normalise(rest);
    }

    private static int PathStart(string rawTarget)
    {
        if (rawTarget.Length == 0) return -1;
        if (rawTarget[0] == '/') return 0;

        var scheme = rawTarget.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0 || !char.IsAsciiLetter(rawTarget[0])) return -1;
        foreach (var c in rawTarget.AsSpan(0, scheme))
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return -1;

        var authority = rawTarget.AsSpan(scheme + 3);
        var end = authority.IndexOfAny('/', '?', '#');
        if (end == 0 || authority.IsEmpty) return -1;
        if (end < 0) return rawTarget.Length;
        return authority[end] == '#' ? -1 : scheme + 3 + end;
    }

    /// <summary>The query that begins at <paramref name="at"/>; null when it holds what may not be sent.</summary>
    private static string? ParseQuery(ReadOnlySpan<char> rest, int at)
    {
        var query = rest[at..];
        var stop = query.IndexOfAny(FragmentOrControl);
        if (stop < 0) return query.ToString();
        if (query[stop] != '#') return null;
        return stop == 1 ? "" : query[..stop].ToString();
    }

    private static RequestPathResult Normalise(ReadOnlySpan<char> rest)
    {
        var question = rest.IndexOf('?');
        var path = question < 0 ? rest : rest[..question];
        var query = "";
        if (question >= 0 && !path.Contains('#'))
        {
            if (ParseQuery(rest, question) is not { } parsed) return Malformed;
            query = parsed;
        }

        byte[]? rented = null;
        var buffer = path.Length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(path.Length);
        try
        {
            var length = Decode(path, buffer);
            if (length < 0 || LeavesRoot(buffer[..length])) return Malformed;

            length = ResolveSegments(buffer[..length]);
            var normal = buffer[..length];
            return Utf8.IsValid(normal) ? new(Encoding.UTF8.GetString(normal), query) : new("", "", RequestPathError.NotUtf8);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Decodes what is not reserved; the result is never longer. Returns -1 for what nginx refuses.</summary>
    private static int Decode(ReadOnlySpan<char> path, Span<byte> into)
    {
        Span<byte> escaped = stackalloc byte[1];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c is <= ' ' or '\u007f' or > '\u00ff') return -1;
            if (c != '%')
            {
                into[length++] = (byte)c;
                continue;
            }

            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2])) return -1;
            Convert.FromHexString(path.Slice(i + 1, 2), escaped, out _, out _);
            var value = escaped[0];
            if (value == 0) return -1;
            if (ReservedBytes.Contains(value))
            {
                into[length++] = (byte)'%';
                into[length++] = (byte)char.ToUpperInvariant(path[i + 1]);
                into[length++] = (byte)char.ToUpperInvariant(path[i + 2]);
            }
            else
            {
                into[length++] = value;
            }

            i += 2;
        }

        return length;
    }

    /// <summary>nginx takes an escaped slash for a slash when it looks whether dot segments leave the root.</summary>
    private static bool LeavesRoot(ReadOnlySpan<byte> path)
    {
        var depth = 0;
        var begin = 1;
        for (var at = 1; ;)
        {
            var last = at >= path.Length || path[at] == '#';
            var escapedSlash = !last && path[at..].StartsWith("%2F"u8);
            if (!last && !escapedSlash && path[at] != '/')
            {
                at += path[at] == '%' ? 3 : 1;
                continue;
            }

            var segment = path[begin..at];
            if (segment.SequenceEqual(".."u8)) depth--;
            else if (!segment.IsEmpty && !segment.SequenceEqual("."u8)) depth++;
            if (depth < 0) return true;
            if (last) return false;

            at += escapedSlash ? 3 : 1;
            begin = at;
        }
    }

    /// <summary>Merges slashes and resolves dot segments in place; returns the new length.</summary>
    private static int ResolveSegments(Span<byte> path)
    {
        var length = 0;
        var at = 0;
        while (at < path.Length)
        {
            if (at + 1 < path.Length && path[at + 1] == '/')
            {
                at++;
                continue;
            }

            var next = path[(at + 1)..].IndexOf((byte)'/');
            var end = next < 0 ? path.Length : at + 1 + next;
            var segment = path[(at + 1)..end];
            var up = segment.SequenceEqual(".."u8);
            if (up) length = Math.Max(path[..length].LastIndexOf((byte)'/'), 0);
            if (!up && !segment.SequenceEqual("."u8))
            {
                path[at..end].CopyTo(path[length..]);
                length += end - at;
            }
            else if (end == path.Length)
            {
                path[length++] = (byte)'/';
            }

            at = end;
        }

        return length;
    }
}
