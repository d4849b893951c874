using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Plugins.Waf.Transformations;

/// <summary>Undoes the escapes of HTML, JavaScript and CSS. What is no escape stays as it is.</summary>
internal static class EscapeDecoding
{
    private const int MaxEntity = 12;

    public static string Html(string text)
    {
        var at = text.IndexOf('&', StringComparison.Ordinal);
        if (at < 0) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '&' && Entity(text.AsSpan(i), out var length) is { } c)
            {
                result.Append(c);
                i += length - 1;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    public static string JavaScript(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var next = text[++i];
            if (next is 'u' or 'U' && i + 4 < text.Length && UrlDecoding.Hex(text.AsSpan(i + 1, 4)) is var wide and >= 0)
            {
                var low = wide & 0xFF;
                if (wide >> 8 == 0xFF && low is > 0 and < 0x5F) low += 0x20;
                result.Append((char)low);
                i += 4;
            }
            else if (next is 'x' or 'X' && i + 2 < text.Length && UrlDecoding.Hex(text.AsSpan(i + 1, 2)) is var value and >= 0)
            {
                result.Append((char)value);
                i += 2;
            }
            else if (next is >= '0' and <= '7')
            {
                var octal = 0;
                var digits = 0;
                for (; digits < 3 && i + digits < text.Length && text[i + digits] is >= '0' and <= '7' && (octal * 8) + text[i + digits] - '0' <= 255; digits++)
                    octal = (octal * 8) + text[i + digits] - '0';
                result.Append((char)octal);
                i += digits - 1;
            }
            else
            {
                result.Append(next switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => next });
            }
        }

        return result.ToString();
    }

    public static string Css(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var digits = 0;
            while (digits < 6 && i + 1 + digits < text.Length && char.IsAsciiHexDigit(text[i + 1 + digits])) digits++;
            if (digits == 0)
            {
                // A line break that is escaped is none.
                if (text[++i] != '\n') result.Append(text[i]);
                continue;
            }

            var value = UrlDecoding.Hex(text.AsSpan(i + 1, digits));
            var low = value & 0xFF;
            if (digits >= 4 && (value >> 8 & 0xFF) == 0xFF && low is > 0 and < 0x5F) low += 0x20;
            result.Append((char)low);
            i += digits;
            if (i + 1 < text.Length && Transformation.IsBlank(text[i + 1])) i++;
        }

        return result.ToString();
    }

    private static char? Entity(ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        if (text.Length > 2 && text[1] == '#')
        {
            var hex = text[2] is 'x' or 'X';
            var start = hex ? 3 : 2;
            var end = start;
            while (end < text.Length && end - start < MaxEntity && (hex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end]))) end++;
            if (end == start || !long.TryParse(text[start..end], hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return null;
            length = end < text.Length && text[end] == ';' ? end + 1 : end;
            return (char)(value & 0xFF);
        }

        foreach (var (name, c) in (ReadOnlySpan<(string, char)>)[("quot", '"'), ("amp", '&'), ("lt", '<'), ("gt", '>'), ("nbsp", '\u00a0'), ("apos", '\''), ("tab", '\t'), ("newline", '\n'), ("colon", ':'), ("lpar", '('), ("rpar", ')')])
        {
            if (!text[1..].StartsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            length = name.Length + 1;
            if (length < text.Length && text[length] == ';') length++;
            return c;
        }

        return null;
    }
}
