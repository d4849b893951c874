using System.Xml.Linq;

namespace Sluice.Architecture;

/// <summary>The repository as it lies on disk, for tests about its shape.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>The projects under src/ or tests/ by folder name, with the folder names of the projects they reference.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ReferencesOf(string folder) =>
        Directory.EnumerateFiles(PathOf(folder), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            project => new DirectoryInfo(Path.GetDirectoryName(project)!).Name,
            project => (IReadOnlyList<string>)
            [
                .. XDocument.Load(project).Descendants("ProjectReference")
                    .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/').Split('/')[^2]),
            ],
            StringComparer.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sluice.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
