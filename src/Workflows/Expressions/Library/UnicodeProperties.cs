namespace Sluice.Workflows.Expressions.Library;

/// <summary>What <c>\p{...}</c> means, as the inside of a .NET character class.</summary>
internal static class UnicodeProperties
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Lowercase_Letter"] = "Ll",
        ["Uppercase_Letter"] = "Lu",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Nonspacing_Mark"] = "Mn",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Punctuation"] = "P",
        ["Dash_Punctuation"] = "Pd",
        ["Symbol"] = "S",
        ["Currency_Symbol"] = "Sc",
        ["Math_Symbol"] = "Sm",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Other"] = "C",
        ["Control"] = "Cc",
    };

    private static readonly HashSet<string> Categories = new(StringComparer.Ordinal)
    {
        "L", "Ll", "Lu", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pd", "Ps", "Pe", "Pi", "Pf", "Pc", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
    };

    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["Alphabetic"] = @"\p{L}\p{Nl}",
        ["Alpha"] = @"\p{L}\p{Nl}",
        ["Lowercase"] = @"\p{Ll}",
        ["Uppercase"] = @"\p{Lu}",
        ["White_Space"] = @"\s",
        ["ASCII"] = @"\u0000-\u007f",
        ["Any"] = @"\s\S",
        ["Script=Latin"] = @"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u1e00-\u1eff",
        ["Script=Greek"] = @"\u0370-\u03ff\u1f00-\u1fff",
        ["Script=Cyrillic"] = @"\u0400-\u052f\u1c80-\u1c88",
        ["Script=Han"] = @"\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9",
        ["Script=Hiragana"] = @"\u3041-\u309f",
        ["Script=Katakana"] = @"\u30a1-\u30ff",
        ["Script=Hebrew"] = @"\u0591-\u05f4",
        ["Script=Arabic"] = @"\u0600-\u06ff\u0750-\u077f",
        ["Emoji"] = @"#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934-\u2b55\u3030\u303d\u3297\u3299\ud83c-\ud83e\udc00-\udfff",
        ["Emoji_Presentation"] = @"\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614-\u27bf\ud83c-\ud83e\udc00-\udfff",
        ["Extended_Pictographic"] = @"\u00a9\u00ae\u203c-\u3299\ud83c-\ud83e\udc00-\udfff",
    };

    public static string? Class(string name)
    {
        if (name.StartsWith("General_Category=", StringComparison.Ordinal) || name.StartsWith("gc=", StringComparison.Ordinal)) name = name[(name.IndexOf('=') + 1)..];
        if (name.StartsWith("sc=", StringComparison.Ordinal) || name.StartsWith("Script_Extensions=", StringComparison.Ordinal) || name.StartsWith("scx=", StringComparison.Ordinal)) name = "Script=" + name[(name.IndexOf('=') + 1)..];
        if (Names.TryGetValue(name, out var category)) name = category;
        return Categories.Contains(name) ? $"\\p{{{name}}}" : Others.GetValueOrDefault(name);
    }
}
