using System.Buffers;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>Base64 as nginx, and so Kong, reads it: the text ends with the first <c>=</c>, what follows is not looked at, and padding may be absent.</summary>
internal static class NginxBase64
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <returns>The bytes; null when another character stands among them, or one too few.</returns>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('=');
        if (end >= 0) text = text[..end];
        var rest = text.Length % 4;
        if (rest == 1 || text.ContainsAnyExcept(Alphabet)) return null;
        var bytes = new byte[text.Length * 3 / 4];
        Convert.TryFromBase64Chars(text[..^rest], bytes, out var written);
        if (rest == 0) return bytes;

        // The last character may carry bits that belong to no byte; the framework would insist that they are 0.
        Span<char> last = ['A', 'A', 'A', 'A'];
        Span<byte> three = stackalloc byte[3];
        text[^rest..].CopyTo(last);
        Convert.TryFromBase64Chars(last, three, out _);
        three[..(rest - 1)].CopyTo(bytes.AsSpan(written));
        return bytes;
    }
}
