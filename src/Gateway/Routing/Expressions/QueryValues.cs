namespace Sluice.Gateway.Routing.Expressions;

/// <summary>The values of one parameter in a query, decoded; a parameter without <c>=</c> has an empty one. As Kong, at most 100 are looked at.</summary>
internal ref struct QueryValues(ReadOnlySpan<char> query, string name)
{
    private const int Limit = 100;
    private ReadOnlySpan<char> rest = query.StartsWith("?") ? query[1..] : query;
    private int looked;

    public ReadOnlySpan<char> Current { get; private set; }

    public bool MoveNext()
    {
        while (!rest.IsEmpty && looked < Limit)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.IsEmpty) continue;

            looked++;
            var equals = pair.IndexOf('=');
            if (!Decode(equals < 0 ? pair : pair[..equals]).SequenceEqual(name)) continue;
            Current = equals < 0 ? default : Decode(pair[(equals + 1)..]);
            return true;
        }

        return false;
    }

    private static ReadOnlySpan<char> Decode(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny('%', '+') < 0) return text;
        return Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
    }
}
