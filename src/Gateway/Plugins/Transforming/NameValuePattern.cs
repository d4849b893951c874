using Sluice.Gateway.Configuration.Rules;

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

    /// <summary>Reports entries whose value no header field can carry.</summary>
    public static void CheckHeaderValues(IReadOnlyList<string> entries, Action<string, string> report)
    {
        for (var i = 0; i < entries.Count; i++)
            if (HeaderValueAttribute.Refusal(NameValue.Parse(entries[i]).Value.Trim()) is { } refusal)
                report($"headers[{i}]", refusal);
    }

    private static bool IsFieldName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
