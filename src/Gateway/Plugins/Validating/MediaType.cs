namespace Sluice.Gateway.Plugins.Validating;

/// <summary>A media type with its parameters (RFC 9110, 8.3.1). Type, subtype, names of parameters and the charset do not mind their case.</summary>
internal sealed class MediaType
{
    private const int MaxParameters = 32;
    private readonly List<(string Name, string Value)> parameters;

    private MediaType(string type, string subtype, List<(string Name, string Value)> parameters)
    {
        Type = type;
        Subtype = subtype;
        this.parameters = parameters;
    }

    /// <summary>Lower case.</summary>
    public string Type { get; }

    /// <summary>Lower case.</summary>
    public string Subtype { get; }

    /// <summary>Type and subtype.</summary>
    public string Name => $"{Type}/{Subtype}";

    public bool IsJson => Subtype == "json" || Subtype.EndsWith("+json", StringComparison.Ordinal);

    /// <summary>The value of a parameter, by its lower-case name; null when there is none.</summary>
    public string? Parameter(string name) => parameters.Find(p => p.Name == name).Value;

    /// <summary>Null when it is none.</summary>
    public static MediaType? Parse(string? text)
    {
        if (text is null) return null;
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        var name = (semicolon < 0 ? text : text[..semicolon]).Trim();
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1 || slash == name.Length - 1) return null;
        var found = new List<(string Name, string Value)>();
        while (semicolon >= 0)
        {
            if (found.Count == MaxParameters) return null;
            var end = EndOfParameter(text, semicolon + 1);
            var parameter = text.AsSpan(semicolon + 1, end - semicolon - 1).Trim();
            semicolon = end < text.Length ? end : -1;
            if (parameter.IsEmpty) continue;
            var equals = parameter.IndexOf('=');
            if (equals < 1) return null;
            var value = parameter[(equals + 1)..].Trim().Trim('"').ToString();
            var key = parameter[..equals].Trim().ToString().ToLowerInvariant();
            found.Add((key, key == "charset" ? value.ToLowerInvariant() : value));
        }

        return new MediaType(name[..slash].ToLowerInvariant(), name[(slash + 1)..].ToLowerInvariant(), found);
    }

    /// <summary>Whether <paramref name="other"/> is one of those that this names, which may have <c>*</c> for type or subtype.</summary>
    public bool Includes(MediaType other) => (Type == "*" || Type == other.Type) && (Subtype == "*" || Subtype == other.Subtype);

    /// <summary>The same parameters with the same values, in any order.</summary>
    public bool HasParametersOf(MediaType other) => parameters.Count == other.parameters.Count && parameters.TrueForAll(other.parameters.Contains);

    /// <summary>How exactly it names a type: 2 for a whole name, 1 for <c>type/*</c>, 0 for <c>*/*</c>.</summary>
    public int Exactness => (Type == "*" ? 0 : 1) + (Subtype == "*" ? 0 : 1);

    private static int EndOfParameter(string text, int from)
    {
        var quoted = false;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '"') quoted = !quoted;
            else if (text[i] == ';' && !quoted) return i;
        }

        return text.Length;
    }
}
