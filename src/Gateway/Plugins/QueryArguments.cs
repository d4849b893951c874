using System.Text;

namespace Sluice.Gateway.Plugins;

/// <summary>
/// Reads arguments out of a query (or a urlencoded form) as it came, without taking it apart for those who do not ask. Names and values are
/// decoded (<c>%XX</c>, <c>+</c> for a space); names are compared exactly.
/// </summary>
internal static class QueryArguments
{
    /// <summary>How many arguments are looked at; Kong's limit.</summary>
    private const int MaxArguments = 100;

    /// <summary>All values of <paramref name="name"/>. An argument without <c>=</c> has the value null.</summary>
    public static ArgumentValues Find(ReadOnlySpan<char> query, string name)
    {
        var found = default(ArgumentValues);
        if (query.StartsWith('?')) query = query[1..];
        if (query.IsEmpty) return found;
        var seen = 0;
        foreach (var range in query.Split('&'))
        {
            if (++seen > MaxArguments) break;
            var argument = query[range];
            var equals = argument.IndexOf('=');
            if (!NameIs(equals < 0 ? argument : argument[..equals], name)) continue;
            if (found.Count++ == 0) found.First = equals < 0 ? null : Decode(argument[(equals + 1)..]);
            else (found.Others ??= []).Add(equals < 0 ? null : Decode(argument[(equals + 1)..]));
        }

        return found;
    }

    /// <summary>The query without the arguments called <paramref name="name"/>; the others stay byte for byte as they were.</summary>
    public static string Remove(string query, string name)
    {
        var text = query.AsSpan();
        var hasMark = text.StartsWith('?');
        if (hasMark) text = text[1..];
        if (text.IsEmpty) return query;
        var kept = new StringBuilder(query.Length);
        foreach (var range in text.Split('&'))
        {
            var argument = text[range];
            var equals = argument.IndexOf('=');
            if (NameIs(equals < 0 ? argument : argument[..equals], name)) continue;
            kept.Append(kept.Length > 0 ? "&" : hasMark ? "?" : "").Append(argument);
        }

        return kept.ToString();
    }

    private static bool NameIs(ReadOnlySpan<char> written, string name) =>
        written.ContainsAny('%', '+') ? string.Equals(Decode(written), name, StringComparison.Ordinal) : written.SequenceEqual(name);

    /// <summary>What a name or a value means as it is written.</summary>
    public static string Decode(ReadOnlySpan<char> written) =>
        written.ContainsAny('%', '+') ? Uri.UnescapeDataString(written.ToString().Replace('+', ' ')) : written.ToString();
}

/// <summary>The values of one argument.</summary>
internal struct ArgumentValues
{
    public int Count;

    /// <summary>The first; null when it stands without <c>=</c>, or when there is none.</summary>
    public string? First;

    /// <summary>All but the first; null when there are none.</summary>
    public List<string?>? Others;
}
