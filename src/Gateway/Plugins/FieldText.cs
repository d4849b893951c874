using System.Text;

namespace Sluice.Gateway.Plugins;

/// <summary>
/// Header fields are bytes; in an exchange each byte is one char (Latin-1), so that they pass unchanged. Text of the configuration is Unicode and
/// stands in header fields as its UTF-8 bytes. These two go from one to the other; text in ASCII, nearly all, is itself.
/// </summary>
internal static class FieldText
{
    /// <summary>How <paramref name="text"/> stands in a header field.</summary>
    public static string Of(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>As <see cref="Of"/>, for text from outside: null when it has line breaks or other control characters, which no field can carry.</summary>
    public static string? OfForeign(string text) => text.Any(char.IsControl) ? null : Of(text);

    /// <summary>The text that a header field's <paramref name="value"/> means.</summary>
    public static string Read(string value) => Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));
}
