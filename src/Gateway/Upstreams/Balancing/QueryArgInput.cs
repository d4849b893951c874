using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>A query argument, decoded. Of several with the name all count, in any order; one without <c>=</c> is <c>true</c>, as in Kong.</summary>
internal sealed class QueryArgInput(string name) : HashInput
{
    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        string? first = null;
        ReadOnlySpan<char> value = default;
        List<string>? all = null;
        var found = 0;
        var query = (exchange.Upstream.Query ?? exchange.Query).AsSpan().TrimStart('?');
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (!IsName(equals < 0 ? pair : pair[..equals])) continue;
            if (found++ == 1) all = [first ?? value.ToString()];
            value = equals < 0 ? "true" : pair[(equals + 1)..];
            first = IsPlain(value) ? null : Decode(value);
            all?.Add(first ?? value.ToString());
        }

        if (found == 0) return false;
        if (all is null)
        {
            hash.Add(first is null ? value : first);
            return true;
        }

        all.Sort(StringComparer.Ordinal);
        foreach (var one in all) hash.Add(one);
        return true;
    }

    private bool IsName(ReadOnlySpan<char> text) => IsPlain(text) ? text.SequenceEqual(name) : Decode(text) == name;

    private static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAny('%', '+');

    private static string Decode(ReadOnlySpan<char> text) => Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}
