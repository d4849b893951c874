namespace Sluice.Gateway.Plugins.Transforming;

/// <summary>The checks that the transformers' lists share.</summary>
internal static class NameValuePattern
{
    public const string Regex = @"[^:]+:[\s\S]*";

    public const string Says = "be name:value";

    /// <summary>Reports entries whose name, or new name, cannot be that of a header field.</summary>
    public static void CheckHeaders(IReadOnlyList<string> entries, bool valuesToo, Action<string, string> report)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var (name, value) = NameValue.Parse(entries[i]);
            if (!IsFieldName(name)) report($"headers[{i}]", $"'{name}' is not a valid header");
            else if (valuesToo && !IsFieldName(value)) report($"headers[{i}]", $"'{value}' is not a valid header");
        }
    }

    private static bool IsFieldName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
