using System.Text;

namespace Sluice.Gateway.Plugins.Waf.Transformations;

/// <summary>Undoes percent-encoding. What is not encoded properly stays as it is.</summary>
internal static class UrlDecoding
{
    /// <param name="text">One char is one byte.</param>
    /// <param name="unicode">Also <c>%uXXXX</c>, of which the low byte stays; full-width forms become what they look like.</param>
    public static string Decode(ReadOnlySpan<char> text, bool unicode)
    {
        if (!text.ContainsAny('%', '+')) return text.ToString();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '+')
            {
                result.Append(' ');
            }
            else if (text[i] != '%')
            {
                result.Append(text[i]);
            }
            else if (unicode && i + 5 < text.Length && text[i + 1] is 'u' or 'U' && Hex(text[(i + 2)..(i + 6)]) is var wide and >= 0)
            {
                var low = wide & 0xFF;
                if (wide >> 8 == 0xFF && low is > 0 and < 0x5F) low += 0x20;
                result.Append((char)low);
                i += 5;
            }
            else if (i + 2 < text.Length && Hex(text[(i + 1)..(i + 3)]) is var value and >= 0)
            {
                result.Append((char)value);
                i += 2;
            }
            else
            {
                result.Append('%');
            }
        }

        return result.ToString();
    }

    /// <summary>The value of hexadecimal digits; -1 when there are others.</summary>
    public static int Hex(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit)) return -1;
            value = (value << 4) | (char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }
}
