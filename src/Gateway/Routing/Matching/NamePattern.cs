namespace Sluice.Gateway.Routing.Matching;

/// <summary>A host or server name of a route, with <c>*</c> as its first or last character, and with the port that a host may have.</summary>
internal readonly record struct NamePattern(NamePatternKind Kind, string Text, int Port = NamePattern.AnyPort)
{
    public const int AnyPort = -1;

    /// <summary>A route's host: <c>a.test</c>, <c>*.a.test</c>, <c>a.*</c>, each with or without <c>:port</c>.</summary>
    public static NamePattern OfHost(string host)
    {
        var name = HostAndPort.Split(host, out var port);
        return Of(name) with { Port = port };
    }

    /// <summary>A route's server name; a last dot does not count.</summary>
    public static NamePattern OfSni(string sni) =>
        Of(sni.Length > 1 && sni[^1] == '.' ? sni.AsSpan(0, sni.Length - 1) : sni);

    /// <summary>Whether <paramref name="name"/> fits, letter case included, as Kong compares.</summary>
    public bool Matches(ReadOnlySpan<char> name) => Kind switch
    {
        NamePatternKind.Suffix => name.EndsWith(Text, StringComparison.Ordinal),
        NamePatternKind.Prefix => name.StartsWith(Text, StringComparison.Ordinal),
        _ => name.SequenceEqual(Text),
    };

    public override string ToString()
    {
        var name = Kind switch
        {
            NamePatternKind.Suffix => "*" + Text,
            NamePatternKind.Prefix => Text + "*",
            _ => Text,
        };
        return Port == AnyPort ? name : $"{name}:{Port}";
    }

    private static NamePattern Of(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("*")) return new(NamePatternKind.Suffix, name[1..].ToString());
        return name.EndsWith("*") ? new(NamePatternKind.Prefix, name[..^1].ToString()) : new(NamePatternKind.Exact, name.ToString());
    }
}

internal enum NamePatternKind : byte { Exact, Suffix, Prefix }
