namespace Sluice.Control.ConfigApi;

/// <summary>Lines of RFC 4180 that are safe to open.</summary>
internal static class Csv
{
    /// <summary>A cell that begins like a formula is run by spreadsheets; what callers choose must not.</summary>
    public static string Cell(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@') text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
