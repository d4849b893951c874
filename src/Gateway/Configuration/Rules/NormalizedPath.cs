using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>The form that configured paths must have, because requests are brought into it before they are matched.</summary>
internal static class NormalizedPath
{
    private const string Reserved = "!#$%&'()*+,/:;=?@[]";
    private const string PlainPunctuation = "-._~/%:@!$&'()*+,;=";

    /// <summary>Whether it has only the characters that RFC 3986 allows in a path.</summary>
    public static bool IsPlain(string path) =>
        path.StartsWith('/') && path.All(c => char.IsAsciiLetterOrDigit(c) || PlainPunctuation.Contains(c, StringComparison.Ordinal));

    /// <summary>The first <c>%</c> that no two hexadecimal digits follow, with what follows it; null when there is none.</summary>
    public static string? BadEscape(string path)
    {
        for (var i = path.IndexOf('%', StringComparison.Ordinal); i >= 0; i = path.IndexOf('%', i + 1))
            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
                return path[i..Math.Min(path.Length, i + 3)];
        return null;
    }

    /// <summary>Escapes of unreserved characters decoded, the others in upper case, dot segments resolved, slashes merged.</summary>
    public static string Of(string path)
    {
        var decoded = path.Contains('%', StringComparison.Ordinal) ? Decode(path) : path;
        return decoded.Contains('.', StringComparison.Ordinal) || decoded.Contains("//", StringComparison.Ordinal) ? WithoutDots(decoded) : decoded;
    }

    private static string Decode(string path)
    {
        var from = Encoding.UTF8.GetBytes(path);
        var to = new List<byte>(from.Length);
        for (var i = 0; i < from.Length; i++)
        {
            if (from[i] != '%' || i + 2 >= from.Length
                || !byte.TryParse(from.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var decoded))
            {
                to.Add(from[i]);
                continue;
            }
            if (decoded < 0x80 && Reserved.Contains((char)decoded, StringComparison.Ordinal))
                to.AddRange([(byte)'%', (byte)char.ToUpperInvariant((char)from[i + 1]), (byte)char.ToUpperInvariant((char)from[i + 2])]);
            else
                to.Add(decoded);
            i += 2;
        }
        return Encoding.UTF8.GetString([.. to]);
    }

    private static string WithoutDots(string path)
    {
        var absolute = path.StartsWith('/');
        var segments = new List<string>();
        var parts = path[(absolute ? 1 : 0)..].Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var last = i == parts.Length - 1;
            switch (parts[i])
            {
                case "" or ".":
                    break;
                case "..":
                    if (segments.Count > 0)
                        segments.RemoveAt(segments.Count - 1);
                    break;
                default:
                    segments.Add(last ? parts[i] : parts[i] + "/");
                    break;
            }
        }
        return (absolute ? "/" : "") + string.Concat(segments);
    }
}
