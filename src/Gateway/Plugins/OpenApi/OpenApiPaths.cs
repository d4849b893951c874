namespace Sluice.Gateway.Plugins.OpenApi;

/// <summary>What the paths of a document stand under, by the settings that Kong has for that.</summary>
internal static class OpenApiPaths
{
    private static readonly string[] Nothing = [""];

    public static IReadOnlyList<string> Under(OpenApiDocument document, bool includeBasePath, string? custom)
    {
        if (!includeBasePath) return Nothing;
        if (custom is not null) return [custom.TrimEnd('/')];
        return document.BasePaths.Count > 0 ? document.BasePaths : Nothing;
    }
}
