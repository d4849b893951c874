using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>One file of a configuration, or a text that came from elsewhere.</summary>
/// <param name="Name">How problems name it; a path as the user wrote it.</param>
/// <param name="Content">The bytes.</param>
/// <param name="Format">YAML or JSON; JSON is YAML too, but errors are better when it is known.</param>
public sealed record ConfigurationSource(string Name, ReadOnlyMemory<byte> Content, DocumentFormat Format = DocumentFormat.Yaml)
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>Reads files, and the <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files of folders (with those inside them, hidden ones left out).</summary>
    public static (IReadOnlyList<ConfigurationSource> Sources, IReadOnlyList<Problem> Problems) Load(IEnumerable<string> paths)
    {
        var sources = new List<ConfigurationSource>();
        var problems = new List<Problem>();
        foreach (var path in paths)
        {
            try
            {
                var files = Directory.Exists(path) ? FilesOf(path) : [path];
                if (files.Count == 0)
                    problems.Add(Unreadable(path, "the folder has no .yaml, .yml or .json file"));
                foreach (var file in files)
                    sources.Add(new ConfigurationSource(file, File.ReadAllBytes(file), FormatOf(file)));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add(Unreadable(path, "does not exist"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                problems.Add(Unreadable(path, "can't be read: " + e.Message));
            }
        }
        return (sources, problems);
    }

    /// <summary>JSON when the name ends so, YAML otherwise.</summary>
    public static DocumentFormat FormatOf(string name) =>
        name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? DocumentFormat.Json : DocumentFormat.Yaml;

    private static List<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .Where(f => !Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.')))
            .Order(StringComparer.Ordinal)];

    private static Problem Unreadable(string path, string message) => new(new Place(path, 0, 0), "file", "", message);
}
