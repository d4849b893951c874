using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Foundation.Errors;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Extending;

/// <summary>
/// A folder of plugins that people wrote for themselves: each C# file and each assembly in it. What ends in <c>.tests.cs</c> is their tests; the folder
/// <c>lib</c> inside holds assemblies that they use. Whoever may write there runs code in the gateway.
/// </summary>
public sealed partial class PluginFolder(string path)
{
    /// <summary>How a file of tests ends.</summary>
    public const string TestsEnding = ".tests.cs";

    /// <summary>The folder.</summary>
    public string Path { get; } = path;

    /// <summary>All files that count, in order; empty where there is no folder.</summary>
    public IReadOnlyList<string> Files => [.. In(Path, "*.cs").Where(f => !f.EndsWith(TestsEnding, StringComparison.OrdinalIgnoreCase)), .. In(Path, "*.dll"), .. Libraries(Path)];

    /// <summary>Reads the folder. What has not changed since <paramref name="before"/> is taken from there; nothing is used yet.</summary>
    /// <param name="before">What was read last.</param>
    public PluginFolderContent Read(PluginFolderContent before)
    {
        var problems = new List<Problem>();
        var libraries = new List<PluginLibrary>();
        var compiler = new Lazy<SourceCompiler>(() => new SourceCompiler(Libraries(Path)));
        try
        {
            Refuse(Writable(Path), problems);
            var beside = string.Concat(Libraries(Path).Select(Digest));
            foreach (var file in Files.Where(f => !IsLibrary(f)))
            {
                Refuse(Writable(file), problems);
                var content = File.ReadAllBytes(file);
                var version = Convert.ToHexStringLower(SHA256.HashData(content)) + beside;
                if (before.Libraries.FirstOrDefault(l => l.File == file && l.Version == version) is { } same)
                {
                    libraries.Add(same);
                    continue;
                }

                var (library, found) = Load(file, content, version, compiler);
                problems.AddRange(found);
                if (library is not null) libraries.Add(library);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem(new Place(Path, 0, 0), "plugins", "", $"can't be read: {e.Message}"));
        }

        finally
        {
            if (compiler.IsValueCreated) compiler.Value.Dispose();
        }

        var read = new PluginFolderContent(libraries, problems);
        CheckNames(read.Plugins, problems);
        if (problems.Count > 0)
            foreach (var library in libraries.Except(before.Libraries)) library.Unload();
        return read;
    }

    /// <summary>Compiles one file, with those beside it that it names none of, and loads it. For commands that look at one plugin.</summary>
    /// <param name="files">The file, then further ones compiled with it, such as its tests.</param>
    public static (PluginLibrary? Library, IReadOnlyList<Problem> Problems) Compile(params IReadOnlyList<string> files)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(files[0]))!;
        using var compiler = new SourceCompiler(Libraries(folder));
        var compiled = compiler.Compile(NameOf(files[0]), [.. files.Select(f => (f, File.ReadAllText(f)))]);
        if (compiled.Assembly is null) return (null, compiled.Problems);
        var (library, problems) = PluginLibrary.Load(files[0], "", System.IO.Path.Combine(folder, "lib"), compiled.Assembly, compiled.Symbols, compiled.Documentation);
        if (library is null) return (null, problems);
        var found = new List<Problem>();
        CheckNames(library.Plugins, found);
        return (found.Count == 0 ? library : null, found);
    }

    private (PluginLibrary? Library, IReadOnlyList<Problem> Problems) Load(string file, byte[] content, string version, Lazy<SourceCompiler> compiler)
    {
        var libraries = System.IO.Path.Combine(Path, "lib");
        if (!file.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
        {
            var beside = System.IO.Path.ChangeExtension(file, ".xml");
            return PluginLibrary.Load(file, version, libraries, content, null, File.Exists(beside) ? File.ReadAllBytes(beside) : null);
        }

        var compiled = compiler.Value.Compile(NameOf(file), [(file, Encoding.UTF8.GetString(content))]);
        return compiled.Assembly is null
            ? (null, compiled.Problems)
            : PluginLibrary.Load(file, version, libraries, compiled.Assembly, compiled.Symbols, compiled.Documentation);
    }

    private static void CheckNames(IReadOnlyList<PluginDescriptor> plugins, List<Problem> problems)
    {
        var taken = PluginCatalog.BuiltIn.ToDictionary(p => p.Name, _ => "a built-in plugin", StringComparer.Ordinal);
        foreach (var plugin in plugins)
        {
            if (!Name().IsMatch(plugin.Name))
                Report(plugin, $"the name '{plugin.Name}' must be lower-case letters, digits and hyphens");
            else if (taken.TryGetValue(plugin.Name, out var other))
                Report(plugin, $"the name '{plugin.Name}' is taken by {other}");
            else
                taken[plugin.Name] = plugin.Source;
        }

        foreach (var plugin in plugins)
            foreach (var other in new[] { plugin.RunsAfter, plugin.RunsBefore })
                if (other is not null && (other == plugin.Name || !taken.ContainsKey(other)))
                    Report(plugin, $"it runs before or after '{other}', which is no other plugin");

        void Report(PluginDescriptor plugin, string message) =>
            problems.Add(new Problem(new Place(plugin.Source, 0, 0), $"plugin file {System.IO.Path.GetFileName(plugin.Source)}", "", message));
    }

    /// <summary>Code that anybody on the machine may change is not run.</summary>
    private static string? Writable(string path) =>
        !OperatingSystem.IsWindows() && (File.Exists(path) || Directory.Exists(path)) && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite) ? path : null;

    private static void Refuse(string? path, List<Problem> problems)
    {
        if (path is not null) problems.Add(new Problem(new Place(path, 0, 0), "plugins", "", "everybody on this machine may write to it, so that its code is not run (chmod o-w)"));
    }

    private static string NameOf(string file) => "plugin-" + System.IO.Path.GetFileNameWithoutExtension(file);

    private static string Digest(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private bool IsLibrary(string file) => System.IO.Path.GetDirectoryName(file) != Path;

    private static IReadOnlyList<string> Libraries(string folder) => In(System.IO.Path.Combine(folder, "lib"), "*.dll");

    private static IReadOnlyList<string> In(string folder, string pattern) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, pattern).Where(f => !System.IO.Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal)]
        : [];

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
