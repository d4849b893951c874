using System.Text;
using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.OpenApi;

/// <summary>OpenAPI documents as they stand in a configuration: JSON or YAML, as it is, percent-encoded, or in a file.</summary>
internal static class OpenApiText
{
    private static readonly ReadLimits Limits = new() { Bytes = 32 * 1024 * 1024, Depth = 120, AliasedNodes = 200_000 };

    /// <param name="text">The document itself, if the configuration holds it.</param>
    /// <param name="file">Its file otherwise.</param>
    /// <param name="encoded">Whether <paramref name="text"/> may be percent-encoded, as Kong wants YAML to be.</param>
    public static (JsonObject? Root, string? Problem) Read(string? text, string? file, bool encoded)
    {
        if (text is null)
        {
            try
            {
                text = LimitedFile.ReadText(file!, Limits.Bytes, Encoding.UTF8);
                if (text is null) return (null, $"the file '{file}' is too large");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                return (null, $"the file '{file}' cannot be read: {e.Message}");
            }
        }
        else if (encoded && IsEncoded(text))
        {
            text = Uri.UnescapeDataString(text.Replace('+', ' '));
        }

        var format = text.AsSpan().TrimStart().StartsWith('{') ? DocumentFormat.Json : DocumentFormat.Yaml;
        var (root, problem) = DocumentParser.Parse("", Encoding.UTF8.GetBytes(text), format, Limits);
        if (problem is not null) return (null, $"line {problem.Place.Line}, column {problem.Place.Column}: {problem.Message}");
        return root is MapNode ? ((JsonObject)root.ToJson()!, null) : (null, "an OpenAPI document must be an object");
    }

    /// <summary>Neither JSON nor YAML of any length does without these.</summary>
    private static bool IsEncoded(string text) => text.Contains('%', StringComparison.Ordinal) && !text.AsSpan().ContainsAny(" \n{");
}
