using System.Collections.Immutable;
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
    /// <returns>What could be read, and a problem for each path or file that could not.</returns>
    public static (IReadOnlyList<ConfigurationSource> Sources, IReadOnlyList<Problem> Problems) Load(IEnumerable<string> paths, ReadLimits? limits = null)
    {
        limits ??= ReadLimits.Default;
        var sources = new List<ConfigurationSource>();
        var problems = new List<Problem>();
        foreach (var path in paths)
        {
            IReadOnlyList<string> files = [path];
            if (Directory.Exists(path) && Attempt(path, () => FilesIn(path), problems, out files!) && files.Count == 0)
                problems.Add(Unreadable(path, "the folder has no .yaml, .yml or .json file"));
            foreach (var file in files ?? [])
                if (Attempt(file, () => BytesOf(file, limits.Bytes), problems, out var content))
                    sources.Add(new ConfigurationSource(file, content, FormatOf(file)));
        }
        return (sources, problems);
    }

    /// <summary>JSON when the name ends so, YAML otherwise.</summary>
    public static DocumentFormat FormatOf(string name) =>
        name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? DocumentFormat.Json : DocumentFormat.Yaml;

    private static bool Attempt<T>(string path, Func<T> read, List<Problem> problems, out T? result)
    {
        result = default;
        try
        {
            result = read();
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(Unreadable(path, "does not exist"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add(Unreadable(path, path.Length == 0 ? "a file name is empty" : "can't be read: " + e.Message));
        }
        return false;
    }

    /// <summary>The content, and of what has no end (a device) one byte more than the reader takes.</summary>
    private static ReadOnlyMemory<byte> BytesOf(string file, int most)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var content = new byte[stream is { CanSeek: true, Length: > 0 } ? Math.Min(stream.Length, most) + 1 : 64 * 1024];
        var length = 0;
        while (true)
        {
            length += stream.ReadAtLeast(content.AsSpan(length), content.Length - length, throwOnEndOfStream: false);
            if (length < content.Length || length > most)
                return content.AsMemory(0, length);
            Array.Resize(ref content, (int)Math.Min(content.Length * 2L, most + 1L));
        }
    }

    /// <summary>
    /// The <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files of a folder and those inside it, in order; hidden ones are left out. Linked folders are followed,
    /// but not in circles.
    /// </summary>
    /// <exception cref="IOException">A folder can't be read.</exception>
    public static IReadOnlyList<string> FilesIn(string folder)
    {
        var files = new List<string>();
        Add(folder, Path.GetFullPath(folder), []);
        return [.. files.Order(StringComparer.Ordinal)];

        void Add(string inside, string real, ImmutableHashSet<string> above)
        {
            real = new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true)?.FullName.TrimEnd('/') ?? real;
            if (above.Contains(real))
                return;
            foreach (var entry in Directory.EnumerateFileSystemEntries(inside))
            {
                if (Path.GetFileName(entry).StartsWith('.'))
                    continue;
                if (Directory.Exists(entry))
                    Add(entry, Path.Combine(real, Path.GetFileName(entry)), above.Add(real));
                else if (Extensions.Contains(Path.GetExtension(entry), StringComparer.OrdinalIgnoreCase))
                    files.Add(entry);
            }
        }
    }

    private static Problem Unreadable(string path, string message) => new(new Place(path, 0, 0), "file", "", message);
}
