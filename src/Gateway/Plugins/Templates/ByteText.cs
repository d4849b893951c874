using System.Text;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>
/// Header fields go through the gateway one byte to a char. Texts that meet them in templates, from the configuration or decoded from a query,
/// are held the same way: each char is one byte of the text's UTF-8, as in Lua.
/// </summary>
internal static class ByteText
{
    /// <summary>A text as the chars of its UTF-8 bytes; ASCII stays as it is.</summary>
    public static string FromUnicode(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The text that such chars stand for; what is not UTF-8 stays as it is.</summary>
    public static string ToUnicode(string bytes)
    {
        if (Ascii.IsValid(bytes)) return bytes;
        var raw = Encoding.Latin1.GetBytes(bytes);
        return System.Text.Unicode.Utf8.IsValid(raw) ? Encoding.UTF8.GetString(raw) : bytes;
    }
}
