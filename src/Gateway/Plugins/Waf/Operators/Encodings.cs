using System.Text;
using System.Text.Unicode;

namespace Sluice.Gateway.Plugins.Waf.Operators;

/// <summary>Whether texts are encoded as they should be.</summary>
internal static class Encodings
{
    /// <summary>Each percent sign has two hexadecimal digits behind it.</summary>
    public static bool IsUrlEncoded(string value)
    {
        for (var at = value.IndexOf('%', StringComparison.Ordinal); at >= 0; at = value.IndexOf('%', at + 1))
            if (at + 2 >= value.Length || !char.IsAsciiHexDigit(value[at + 1]) || !char.IsAsciiHexDigit(value[at + 2])) return false;
        return true;
    }

    public static bool IsUtf8(string value) => Ascii.IsValid(value) || Utf8.IsValid(Encoding.Latin1.GetBytes(value));
}
