using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Reads the parts of trace header fields.</summary>
internal static class TraceText
{
    /// <summary>The value of a field that came once; null otherwise.</summary>
    public static string? Single(IHeaderDictionary headers, string name) => headers[name] is [{ } value] ? value : null;

    public static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigit(c))
                return false;
        return text.Length > 0;
    }

    /// <summary>A number in hex of at most 32 digits, or null.</summary>
    public static UInt128? Id128(ReadOnlySpan<char> text) =>
        text.Length <= 32 && IsHex(text) ? UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null;

    /// <summary>A number in hex of at most 16 digits, or null.</summary>
    public static ulong? Id64(ReadOnlySpan<char> text) =>
        text.Length <= 16 && IsHex(text) ? ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null;

    /// <summary>A decimal number of which the lower 64 bits count, or null.</summary>
    public static ulong? Decimal64(ReadOnlySpan<char> text) =>
        UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (ulong)number : null;

    /// <summary><c>1</c> or <c>true</c>, <c>0</c> or <c>false</c>; null for anything else.</summary>
    public static bool? Decision(string? text) => text switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => null,
    };

    /// <summary>The fields whose names begin with <paramref name="prefix"/>, unescaped, under the rest of their names.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Baggage(IHeaderDictionary headers, string prefix)
    {
        List<KeyValuePair<string, string>>? found = null;
        foreach (var (name, values) in headers)
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                (found ??= []).Add(new(name[prefix.Length..].ToLowerInvariant(), Uri.UnescapeDataString(values.ToString())));
        return found ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    public static void WriteBaggage(IHeaderDictionary headers, string prefix, TraceHeaders trace)
    {
        foreach (var (name, value) in trace.Baggage) headers[prefix + name] = Uri.EscapeDataString(value);
    }
}
