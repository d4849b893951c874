using System.Globalization;

namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>The general categories of Unicode under the names that Rust's regular expressions take.</summary>
internal static class UnicodeCategoryNames
{
    /// <summary>In the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] Short =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi",
        "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Dictionary<string, string> Long = new(StringComparer.OrdinalIgnoreCase)
    {
        ["letter"] = "L",
        ["uppercaseletter"] = "Lu",
        ["lowercaseletter"] = "Ll",
        ["titlecaseletter"] = "Lt",
        ["modifierletter"] = "Lm",
        ["otherletter"] = "Lo",
        ["mark"] = "M",
        ["number"] = "N",
        ["decimalnumber"] = "Nd",
        ["digit"] = "Nd",
        ["letternumber"] = "Nl",
        ["othernumber"] = "No",
        ["punctuation"] = "P",
        ["punct"] = "P",
        ["symbol"] = "S",
        ["separator"] = "Z",
        ["spaceseparator"] = "Zs",
        ["other"] = "C",
        ["control"] = "Cc",
        ["cntrl"] = "Cc",
    };

    /// <summary>The short name; null for a class that is no general category.</summary>
    public static string? Find(string name)
    {
        if (Short.Contains(name, StringComparer.Ordinal) || (name.Length == 1 && "LMNPSZC".Contains(name[0]))) return name;
        return Long.GetValueOrDefault(name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    public static string Of(UnicodeCategory category) => Short[(int)category];
}
