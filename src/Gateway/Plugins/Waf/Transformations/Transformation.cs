using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.Waf.Transformations;

/// <summary>How values are rewritten before a rule looks at them, so that what is written in another way is seen all the same. One char is one byte.</summary>
internal static class Transformation
{
    public static readonly FrozenDictionary<string, Func<string, string>> All = new Dictionary<string, Func<string, string>>(StringComparer.OrdinalIgnoreCase)
    {
        ["lowercase"] = static text => Map(text, static c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c),
        ["uppercase"] = static text => Map(text, static c => char.IsAsciiLetterLower(c) ? (char)(c & ~0x20) : c),
        ["urlDecode"] = static text => UrlDecoding.Decode(text, unicode: false),
        ["urlDecodeUni"] = static text => UrlDecoding.Decode(text, unicode: true),
        ["urlEncode"] = static text => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal),
        ["htmlEntityDecode"] = EscapeDecoding.Html,
        ["jsDecode"] = EscapeDecoding.JavaScript,
        ["cssDecode"] = EscapeDecoding.Css,
        ["escapeSeqDecode"] = EscapeDecoding.JavaScript,
        ["base64Decode"] = static text => Base64(text, lenient: false),
        ["base64DecodeExt"] = static text => Base64(text, lenient: true),
        ["base64Encode"] = static text => Convert.ToBase64String(Encoding.Latin1.GetBytes(text)),
        ["hexDecode"] = HexDecode,
        ["hexEncode"] = static text => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(text)),
        ["sha1"] = static text => Encoding.Latin1.GetString(Sha1(Encoding.Latin1.GetBytes(text))),
        ["length"] = static text => text.Length.ToString(CultureInfo.InvariantCulture),
        ["trim"] = static text => text.Trim(Blank),
        ["trimLeft"] = static text => text.TrimStart(Blank),
        ["trimRight"] = static text => text.TrimEnd(Blank),
        ["removeNulls"] = static text => text.Replace("\0", "", StringComparison.Ordinal),
        ["replaceNulls"] = static text => text.Replace('\0', ' '),
        ["removeWhitespace"] = static text => string.Concat(text.Where(c => !IsBlank(c))),
        ["compressWhitespace"] = CompressWhitespace,
        ["removeComments"] = static text => Comments(text, ""),
        ["replaceComments"] = static text => Comments(text, " "),
        ["removeCommentsChar"] = static text =>
            text.Replace("/*", "", StringComparison.Ordinal).Replace("*/", "", StringComparison.Ordinal).Replace("--", "", StringComparison.Ordinal).Replace("#", "", StringComparison.Ordinal),
        ["cmdLine"] = CmdLine,
        ["normalizePath"] = static text => NormalizePath(text),
        ["normalisePath"] = static text => NormalizePath(text),
        ["normalizePathWin"] = static text => NormalizePath(text.Replace('\\', '/')),
        ["normalisePathWin"] = static text => NormalizePath(text.Replace('\\', '/')),
        ["utf8toUnicode"] = Utf8ToUnicode,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly char[] Blank = [' ', '\t', '\n', '\v', '\f', '\r', '\u00a0'];

    internal static bool IsBlank(char c) => c is ' ' or (>= '\t' and <= '\r') or '\u00a0';

    // Rules name clients by it (CRS's ua_hash); nothing is protected by it.
#pragma warning disable CA5350
    private static byte[] Sha1(byte[] bytes) => SHA1.HashData(bytes);
#pragma warning restore CA5350

    /// <summary>Only ASCII has letters: other bytes are parts of characters.</summary>
    private static string Map(string text, Func<char, char> map) => string.Create(text.Length, (text, map), static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = from.map(from.text[i]);
    });

    private static string CompressWhitespace(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
            if (!IsBlank(c)) result.Append(c);
            else if (result.Length == 0 || result[^1] != ' ') result.Append(' ');
        return result.ToString();
    }

    private static string Comments(string text, string with)
    {
        var at = text.IndexOf("/*", StringComparison.Ordinal);
        if (at < 0) return text;
        var result = new StringBuilder(text.Length);
        var from = 0;
        while (at >= 0)
        {
            result.Append(text, from, at - from).Append(with);
            var end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);

            // One that is not closed goes on to the end.
            if (end < 0) return result.ToString();
            from = end + 2;
            at = text.IndexOf("/*", from, StringComparison.Ordinal);
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    private static string CmdLine(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\\' or '"' or '\'' or '^') continue;
            var next = c is ',' or ';' || IsBlank(c) ? ' ' : char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
            if (next == ' ' && result.Length > 0 && result[^1] == ' ') continue;
            if (next is '/' or '(' && result.Length > 0 && result[^1] == ' ') result.Length--;
            result.Append(next);
        }

        return result.ToString();
    }

    private static string NormalizePath(string text)
    {
        if (text.Length == 0) return text;
        var kept = new List<string>();
        var segments = text.Split('/');
        var rooted = text[0] == '/';
        foreach (var segment in segments)
        {
            if (segment is "" or ".") continue;
            if (segment is not "..") kept.Add(segment);
            else if (kept.Count > 0 && kept[^1] is not "..") kept.RemoveAt(kept.Count - 1);
            else if (!rooted) kept.Add(segment);
        }

        var ends = segments[^1] is "" or "." or ".." && kept.Count > 0;
        return (rooted ? "/" : "") + string.Join('/', kept) + (ends ? "/" : "");
    }

    private static string Utf8ToUnicode(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var bytes = Encoding.Latin1.GetBytes(text).AsSpan();
        var result = new StringBuilder(text.Length + 16);
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (rune.IsAscii || status != System.Buffers.OperationStatus.Done) foreach (var b in bytes[..used]) result.Append((char)b);
            else result.Append(CultureInfo.InvariantCulture, $"%u{rune.Value:x4}");
            bytes = bytes[used..];
        }

        return result.ToString();
    }

    private static string HexDecode(string text)
    {
        var result = new StringBuilder(text.Length / 2);
        for (var i = 0; i + 1 < text.Length; i += 2)
            if (char.IsAsciiHexDigit(text[i]) && char.IsAsciiHexDigit(text[i + 1])) result.Append((char)Convert.ToInt32(text.Substring(i, 2), 16));
        return result.ToString();
    }

    /// <summary>What can be decoded, as far as that goes; nothing is a reason to keep the text as it is.</summary>
    private static string Base64(string text, bool lenient)
    {
        var result = new StringBuilder(text.Length * 3 / 4);
        var bits = 0;
        var count = 0;
        foreach (var c in text)
        {
            var digit = c switch
            {
                >= 'A' and <= 'Z' => c - 'A', >= 'a' and <= 'z' => c - 'a' + 26, >= '0' and <= '9' => c - '0' + 52, '+' or '-' => 62, '/' or '_' => 63, _ => -1,
            };
            if (digit < 0)
            {
                if (lenient || c is '\r' or '\n') continue;
                break;
            }

            bits = ((bits << 6) | digit) & 0xFFFFFF;
            count += 6;
            if (count < 8) continue;
            count -= 8;
            result.Append((char)((bits >> count) & 0xFF));
        }

        return result.ToString();
    }
}
