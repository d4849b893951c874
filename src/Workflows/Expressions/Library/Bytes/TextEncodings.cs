using Sluice.Workflows.Data;
using System.Text;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>The encodings that Buffers and hashes know.</summary>
internal static class TextEncodings
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="encoding">Undefined means UTF-8.</param>
    public static string Name(Evaluator e, JsValue encoding)
    {
        if (encoding.IsNullish) return "utf8";
        var name = Coerce.ToText(e, encoding).ToLowerInvariant();
        return name switch
        {
            "utf8" or "utf-8" => "utf8",
            "hex" or "base64" or "base64url" or "ascii" => name,
            "latin1" or "binary" => "latin1",
            "utf16le" or "utf-16le" or "ucs2" or "ucs-2" => "utf16le",
            _ => throw JsThrow.Type($"Unknown encoding: {name}"),
        };
    }

    public static byte[] Encode(Evaluator e, string text, string encoding)
    {
        e.Allocate(text.Length * 3L + 32);
        e.StepText(text.Length);
        return encoding switch
        {
            "hex" => Hex(text),
            "base64" or "base64url" => Base64(text),
            "ascii" or "latin1" => Encoding.Latin1.GetBytes(text),
            "utf16le" => Encoding.Unicode.GetBytes(text),
            _ => Utf8.GetBytes(text),
        };
    }

    public static string Decode(Evaluator e, ReadOnlySpan<byte> bytes, string encoding)
    {
        e.AllocateText(bytes.Length * 2L);
        switch (encoding)
        {
            case "hex": return Convert.ToHexStringLower(bytes);
            case "base64": return Convert.ToBase64String(bytes);
            case "base64url": return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            case "latin1": return Encoding.Latin1.GetString(bytes);
            case "ascii":
                var text = new StringBuilder(bytes.Length);
                foreach (var b in bytes) text.Append((char)(b & 0x7f));
                return text.ToString();
            case "utf16le": return Encoding.Unicode.GetString(bytes[..(bytes.Length & ~1)]);
            default: return Utf8.GetString(bytes);
        }
    }

    /// <summary>The pairs of digits up to the first that is none.</summary>
    private static byte[] Hex(string text)
    {
        var count = 0;
        while (count * 2 + 1 < text.Length && char.IsAsciiHexDigit(text[count * 2]) && char.IsAsciiHexDigit(text[count * 2 + 1])) count++;
        return Convert.FromHexString(text.AsSpan(0, count * 2));
    }

    /// <summary>Both alphabets, with or without padding; what belongs to neither is skipped.</summary>
    private static byte[] Base64(string text)
    {
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c == '=') break;
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/') digits.Append(c);
            else if (c == '-') digits.Append('+');
            else if (c == '_') digits.Append('/');
        }

        if (digits.Length % 4 == 1) digits.Length--;
        return Convert.FromBase64String(digits.ToString().PadRight((digits.Length + 3) / 4 * 4, '='));
    }
}
