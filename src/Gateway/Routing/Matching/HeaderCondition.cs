using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Gateway.Routing.Matching;

/// <summary>One entry of a route's <c>headers</c>: any of the field's values must fit any of the allowed ones, whatever their case.</summary>
internal sealed class HeaderCondition
{
    private const string RegexMark = "~*";

    public HeaderCondition(string name, IReadOnlyList<string> values)
    {
        Name = RequestHeader.Canonical(name);
        Values = values;
        Exact = values.Where(static value => !value.StartsWith(RegexMark, StringComparison.Ordinal)).ToArray();
        Regexes = values.Where(static value => value.StartsWith(RegexMark, StringComparison.Ordinal))
            .Select(static value => RouteRegex.TryCompile(LowerAscii(value[RegexMark.Length..]), out _)).OfType<RouteRegex>().ToArray();
    }

    public RequestHeader Name { get; }

    /// <summary>As written.</summary>
    public IReadOnlyList<string> Values { get; }

    public string[] Exact { get; }

    /// <summary>They look at the value in lower case, as the pattern is itself.</summary>
    public RouteRegex[] Regexes { get; }

    public bool Matches(IHeaderDictionary headers)
    {
        foreach (var value in Name.Values(headers))
            if (value is not null && Fits(value)) return true;
        return false;
    }

    /// <summary>Kong lowers the whole pattern, which turns <c>\D</c> into <c>\d</c>; so it is here.</summary>
    public static string LowerAscii(string text) => string.Create(text.Length, text, static (into, from) =>
    {
        for (var i = 0; i < into.Length; i++) into[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
    });

    private bool Fits(string value)
    {
        foreach (var exact in Exact)
            if (exact.Equals(value, StringComparison.OrdinalIgnoreCase)) return true;
        return Regexes.Length > 0 && FitsRegex(value);
    }

    private bool FitsRegex(string value)
    {
        char[]? rented = null;
        var lower = value.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(value.Length);
        lower = lower[..value.AsSpan().ToLowerInvariant(lower)];
        var fits = false;
        foreach (var regex in Regexes)
        {
            fits = regex.IsMatch(lower);
            if (fits) break;
        }

        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return fits;
    }
}

/// <summary>
/// A header name as Kong finds it: <c>x-a</c> and <c>x_a</c> are one, and a request's <c>x_a</c> hides its <c>x-a</c>.
/// </summary>
internal readonly record struct RequestHeader(string Name, string? WithUnderscores)
{
    public static RequestHeader Canonical(string name)
    {
        var dashed = HeaderCondition.LowerAscii(name).Replace('_', '-');
        return new(dashed, dashed.Contains('-') ? dashed.Replace('-', '_') : null);
    }

    public StringValues Values(IHeaderDictionary headers)
    {
        if (WithUnderscores is not null && headers.TryGetValue(WithUnderscores, out var hidden)) return hidden;
        return headers.TryGetValue(Name, out var values) ? values : default;
    }
}
