using System.Globalization;
using System.Text;

namespace Sluice.Foundation.JsonSchemas.Keywords;

/// <summary>
/// Regular expressions of ECMA-262 in .NET's syntax. Where both read the same text differently (<c>\d</c>, <c>\w</c>, <c>\s</c>, <c>$</c>, <c>.</c>,
/// long names of Unicode properties) it is written anew.
/// </summary>
internal static class EcmaSyntax
{
    private const string Space = "\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
    private const string Word = "a-zA-Z0-9_";

    /// <summary>Names of categories that .NET knows by their short ones.</summary>
    private static readonly Dictionary<string, string> Categories = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L", ["Alphabetic"] = "L", ["Lowercase_Letter"] = "Ll", ["Uppercase_Letter"] = "Lu", ["Lowercase"] = "Ll", ["Uppercase"] = "Lu",
        ["Titlecase_Letter"] = "Lt", ["Modifier_Letter"] = "Lm", ["Other_Letter"] = "Lo", ["Mark"] = "M", ["Number"] = "N", ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd", ["Letter_Number"] = "Nl", ["Other_Number"] = "No", ["Punctuation"] = "P", ["punct"] = "P", ["Symbol"] = "S", ["Separator"] = "Z",
        ["Space_Separator"] = "Zs", ["Other"] = "C", ["Control"] = "Cc",
        ["Greek"] = "IsGreek", ["Cyrillic"] = "IsCyrillic", ["Hiragana"] = "IsHiragana", ["Katakana"] = "IsKatakana", ["Hangul"] = "IsHangulSyllables", ["Arabic"] = "IsArabic", ["Hebrew"] = "IsHebrew", ["Thai"] = "IsThai",
    };

    /// <summary>Properties that .NET does not have, and Java's POSIX names, which many published schemas use.</summary>
    private static readonly Dictionary<string, string> Ranges = new(StringComparer.Ordinal)
    {
        ["ASCII"] = "\\x00-\\x7F", ["Any"] = "\\s\\S", ["all"] = "\\s\\S", ["XDigit"] = "0-9A-Fa-f", ["Alnum"] = "a-zA-Z0-9", ["Alpha"] = "a-zA-Z", ["Digit"] = "0-9", ["Lower"] = "a-z",
        ["Upper"] = "A-Z", ["Punct"] = "!-/:-@\\[-`{-~", ["Blank"] = " \\t", ["Space"] = " \\t-\\r", ["Print"] = " -~", ["Graph"] = "!-~", ["Cntrl"] = "\\x00-\\x1F\\x7F",
        ["Latin"] = "A-Za-z\\u00aa\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02b8\\u1e00-\\u1eff", ["Han"] = "\\u2e80-\\u2fdf\\u3005\\u3007\\u3021-\\u3029\\u3038-\\u303b\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff",
    };

    /// <param name="pattern">The expression.</param>
    /// <param name="lenient">Takes what browsers take too, and the anchors of other languages: published schemas are full of both.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Translate(string pattern, bool lenient = true)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i = Escape(pattern, i + 1, inClass, lenient, text);
            }
            else if (inClass)
            {
                inClass = c != ']';
                text.Append(c == '[' ? "\\[" : c);
            }
            else if (c == '[')
            {
                inClass = true;
                i = OpenClass(pattern, i, text, ref inClass);
            }
            else
            {
                text.Append(c switch { '$' => "\\z", '.' => "[^\\n\\r\\u2028\\u2029]", _ => c.ToString() });
            }
        }

        return text.ToString();
    }

    /// <summary>The empty classes, which .NET does not have, and the start of the others.</summary>
    private static int OpenClass(string pattern, int at, StringBuilder text, ref bool inClass)
    {
        var rest = pattern.AsSpan(at);
        if (rest.StartsWith("[]"))
        {
            inClass = false;
            text.Append("(?!)");
            return at + 1;
        }

        if (rest.StartsWith("[^]"))
        {
            inClass = false;
            text.Append("[\\s\\S]");
            return at + 2;
        }

        text.Append('[');
        if (!rest.StartsWith("[^")) return at;
        text.Append('^');
        return at + 1;
    }

    private static int Escape(string pattern, int at, bool inClass, bool lenient, StringBuilder text)
    {
        switch (pattern[at])
        {
            case 'd' or 'w' or 's':
                var set = pattern[at] switch { 'd' => "0-9", 'w' => Word, _ => Space };
                text.Append(inClass ? set : $"[{set}]");

                // A set is no end of a range: the hyphen after it is one.
                if (!inClass || at + 2 >= pattern.Length || pattern[at + 1] != '-' || pattern[at + 2] == ']') return at;
                text.Append("\\-");
                return at + 1;
            case 'D' or 'W' or 'S':
                text.Append(inClass ? $"\\{pattern[at]}" : $"[^{pattern[at] switch { 'D' => "0-9", 'W' => Word, _ => Space }}]");
                return at;
            case 'p' or 'P' when !lenient || (at + 1 < pattern.Length && pattern[at + 1] == '{'):
                return Property(pattern, at, inClass, text);
            case 'u' or 'x' when at + 1 < pattern.Length && pattern[at + 1] == '{':
                return CodePoint(pattern, at, text);
            case 'A' or 'Z' or 'z' when lenient && !inClass:
                text.Append(pattern[at] == 'A' ? "\\A" : "\\z");
                return at;
            case >= '0' and <= '9' or 'b' or 'B' or 'f' or 'n' or 'r' or 't' or 'v' or 'c' or 'u' or 'x' or 'k':
                text.Append('\\').Append(pattern[at]);
                return at;
            case var c when char.IsAsciiLetter(c) && !lenient:
                throw new ArgumentException($"\\{c} is no escape");
            case var c:
                // What needs no escape stands for itself.
                text.Append(char.IsLetterOrDigit(c) || c == '_' ? c.ToString() : $"\\{c}");
                return at;
        }
    }

    private static int CodePoint(string pattern, int at, StringBuilder text)
    {
        var end = pattern.IndexOf('}', at);
        if (end < 0 || !int.TryParse(pattern.AsSpan(at + 2, end - at - 2), NumberStyles.AllowHexSpecifier, null, out var code) || !Rune.IsValid(code))
            throw new ArgumentException($"\\{pattern[at]}{{...}} names no character");
        foreach (var unit in new Rune(code).ToString()) text.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
        return end;
    }

    private static int Property(string pattern, int at, bool inClass, StringBuilder text)
    {
        var end = pattern.IndexOf('}', at);
        if (end < 0 || at + 1 >= pattern.Length || pattern[at + 1] != '{') throw new ArgumentException($"\\{pattern[at]} needs the name of a property in braces");
        var name = pattern[(at + 2)..end];
        name = name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..];
        if (!Ranges.TryGetValue(name, out var range)) text.Append('\\').Append(pattern[at]).Append('{').Append(Categories.GetValueOrDefault(name, name)).Append('}');
        else if (!inClass) text.Append(pattern[at] == 'P' ? "[^" : "[").Append(range).Append(']');
        else if (pattern[at] == 'p') text.Append(range);
        else throw new ArgumentException($"\\P{{{name}}} cannot stand in a class");
        return end;
    }
}
