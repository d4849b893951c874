using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>The field <c>tracestate</c> of W3C Trace Context (section 3.3): at most 32 members, each <c>key=value</c>, no key twice.</summary>
internal static class TraceState
{
    private const int MostMembers = 32;

    /// <summary>All lines as one, without empty members; null when there is nothing in them or they break the rules.</summary>
    public static string? Combine(StringValues lines)
    {
        var members = new List<string>();
        foreach (var line in lines)
            foreach (var part in (line ?? "").Split(','))
            {
                var member = part.Trim(' ', '\t');
                if (member.Length == 0) continue;
                if (!IsMember(member) || members.Count == MostMembers) return null;
                if (members.Exists(m => m.AsSpan(0, m.IndexOf('=', StringComparison.Ordinal)).SequenceEqual(member.AsSpan(0, member.IndexOf('=', StringComparison.Ordinal))))) return null;
                members.Add(member);
            }

        return members.Count == 0 ? null : string.Join(',', members);
    }

    private static bool IsMember(string member)
    {
        var equals = member.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && IsKey(member.AsSpan(0, equals)) && IsValue(member.AsSpan(equals + 1));
    }

    /// <summary>A letter and up to 255 more characters; or <c>tenant@system</c> of up to 241 and 14.</summary>
    private static bool IsKey(ReadOnlySpan<char> key)
    {
        var at = key.IndexOf('@');
        if (at < 0) return key.Length <= 256 && char.IsAsciiLetterLower(key[0]) && AreKeyCharacters(key);
        var tenant = key[..at];
        var system = key[(at + 1)..];
        return tenant.Length is >= 1 and <= 241 && system.Length is >= 1 and <= 14
            && (char.IsAsciiLetterLower(tenant[0]) || char.IsAsciiDigit(tenant[0])) && char.IsAsciiLetterLower(system[0])
            && AreKeyCharacters(tenant) && AreKeyCharacters(system);
    }

    private static bool AreKeyCharacters(ReadOnlySpan<char> key)
    {
        foreach (var c in key)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-' or '*' or '/'))
                return false;
        return true;
    }

    private static bool IsValue(ReadOnlySpan<char> value)
    {
        if (value.Length is 0 or > 256 || value[^1] == ' ') return false;
        foreach (var c in value)
            if (c is < ' ' or > '~' or ',' or '=')
                return false;
        return true;
    }
}
