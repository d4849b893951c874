namespace Sluice.Gateway.Routing;

/// <summary>The general categories of Unicode under the names that Rust's regular expressions take.</summary>
internal static class UnicodeCategoryNames
{
    private static readonly HashSet<string> Short = new(StringComparer.Ordinal)
    {
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
    };

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

    /// <summary>The name .NET takes; null for a class that is no general category.</summary>
    public static string? Find(string name) =>
        Short.Contains(name) ? name : Long.GetValueOrDefault(name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
}
