namespace Sluice.Gateway.Plugins.Transforming;

/// <summary>One entry of a transformer's list, <c>name:value</c> or a name alone.</summary>
/// <param name="Name">What stands before the first colon.</param>
/// <param name="Value">What stands after it and any colons that follow at once; empty when there is nothing.</param>
internal readonly record struct NameValue(string Name, string Value)
{
    public static NameValue Parse(string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(entry, "") : new(entry[..colon], entry[colon..].TrimStart(':'));
    }

    public static NameValue[] ParseAll(IReadOnlyList<string> entries) => [.. entries.Select(Parse)];
}
