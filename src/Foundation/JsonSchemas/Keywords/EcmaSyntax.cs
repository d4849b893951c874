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

    private static readonly Dictionary<string, string> Properties = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L", ["Alphabetic"] = "L", ["Lowercase_Letter"] = "Ll", ["Uppercase_Letter"] = "Lu", ["Lowercase"] = "Ll", ["Uppercase"] = "Lu",
        ["Titlecase_Letter"] = "Lt", ["Modifier_Letter"] = "Lm", ["Other_Letter"] = "Lo", ["Mark"] = "M", ["Number"] = "N", ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd", ["Letter_Number"] = "Nl", ["Other_Number"] = "No", ["Punctuation"] = "P", ["punct"] = "P", ["Symbol"] = "S", ["Separator"] = "Z",
        ["Space_Separator"] = "Zs", ["Other"] = "C", ["Control"] = "Cc",
        ["Script=Latin"] = "IsBasicLatin", ["Script=Greek"] = "IsGreek", ["Script=Cyrillic"] = "IsCyrillic",
    };

    public static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i = Escape(pattern, i + 1, inClass, text);
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

    private static int Escape(string pattern, int at, bool inClass, StringBuilder text)
    {
        switch (pattern[at])
        {
            case 'd':
                text.Append(inClass ? "0-9" : "[0-9]");
                return at;
            case 'w':
                text.Append(inClass ? Word : $"[{Word}]");
                return at;
            case 's':
                text.Append(inClass ? Space : $"[{Space}]");
                return at;
            case 'D':
                text.Append(inClass ? "\\D" : "[^0-9]");
                return at;
            case 'W':
                text.Append(inClass ? "\\W" : $"[^{Word}]");
                return at;
            case 'S':
                text.Append(inClass ? "\\S" : $"[^{Space}]");
                return at;
            case 'p' or 'P':
                return Property(pattern, at, text);
            case 'u' when at + 1 < pattern.Length && pattern[at + 1] == '{':
                var end = pattern.IndexOf('}', at);
                if (end < 0 || !int.TryParse(pattern.AsSpan(at + 2, end - at - 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code) || !Rune.IsValid(code))
                    throw new ArgumentException("\\u{...} names no character");
                foreach (var unit in new Rune(code).ToString()) text.Append("\\u").Append(((int)unit).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
                return end;
            case 'A' or 'Z' or 'z' or 'G' or 'a' or 'e':
                throw new ArgumentException($"\\{pattern[at]} is no escape");
            default:
                text.Append('\\').Append(pattern[at]);
                return at;
        }
    }

    private static int Property(string pattern, int at, StringBuilder text)
    {
        var end = pattern.IndexOf('}', at);
        if (end < 0 || at + 1 >= pattern.Length || pattern[at + 1] != '{') throw new ArgumentException($"\\{pattern[at]} needs the name of a property in braces");
        var name = pattern[(at + 2)..end];
        foreach (var prefix in new[] { "General_Category=", "gc=" })
            if (name.StartsWith(prefix, StringComparison.Ordinal)) name = name[prefix.Length..];
        text.Append('\\').Append(pattern[at]).Append('{').Append(Properties.GetValueOrDefault(name, name)).Append('}');
        return end;
    }
}
