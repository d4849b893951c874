using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Validating;

/// <summary>The arguments of a query or the cookies of a request: names decoded, values as they were written, since separators count before they are decoded.</summary>
internal sealed class ParameterList
{
    private const int MaxParameters = 1000;
    private readonly List<(string Name, string Written)> all = [];

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<(string Name, string Written)> All => all;

    /// <summary>Of a query, with or without its <c>?</c>; null when there are more arguments than anybody sends.</summary>
    public static ParameterList? OfQuery(string query)
    {
        var list = new ParameterList();
        foreach (var range in query.AsSpan().TrimStart('?').Split('&'))
        {
            var part = query.AsSpan().TrimStart('?')[range];
            if (part.IsEmpty) continue;
            if (list.all.Count == MaxParameters) return null;
            var equals = part.IndexOf('=');
            list.all.Add((Decode((equals < 0 ? part : part[..equals]).ToString()), equals < 0 ? "" : part[(equals + 1)..].ToString()));
        }

        return list;
    }

    public static ParameterList OfCookies(IRequestCookieCollection cookies)
    {
        var list = new ParameterList();
        foreach (var (name, value) in cookies) list.all.Add((name, Uri.EscapeDataString(value)));
        return list;
    }

    /// <summary>The values of <paramref name="name"/>, as they were written.</summary>
    public IReadOnlyList<string> Of(string name)
    {
        List<string>? found = null;
        foreach (var (candidate, written) in all)
            if (string.Equals(candidate, name, StringComparison.Ordinal)) (found ??= []).Add(written);
        return found ?? (IReadOnlyList<string>)[];
    }

    public static string Decode(string written) =>
        written.AsSpan().ContainsAny('%', '+') ? Uri.UnescapeDataString(written.Replace('+', ' ')) : written;
}
