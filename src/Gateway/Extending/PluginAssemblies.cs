using System.Reflection;
using System.Runtime.Loader;

namespace Sluice.Gateway.Extending;

/// <summary>
/// Where the assembly of one plugin file is loaded, with what it needs of the <c>lib</c> folder. Goes, with all its code, once it is told to and nothing
/// uses it any more.
/// </summary>
internal sealed class PluginAssemblies : AssemblyLoadContext
{
    private static readonly List<WeakReference> Loaded = [];

    private readonly string libraries;

    public PluginAssemblies(string file, string libraries)
        : base(file, isCollectible: true)
    {
        this.libraries = libraries;
        lock (Loaded) Loaded.Add(new WeakReference(this));
    }

    /// <summary>How many there are in memory: those in use, and old ones that something still holds or that no collection has met yet.</summary>
    public static int Count
    {
        get
        {
            lock (Loaded)
            {
                Loaded.RemoveAll(static one => !one.IsAlive);
                return Loaded.Count;
            }
        }
    }

    /// <summary>What the program has wins: a plugin and the gateway must mean the same types.</summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        try
        {
            if (Default.LoadFromAssemblyName(assemblyName) is { } shared) return shared;
        }
        catch (FileNotFoundException)
        {
            // Then it is the plugin's own.
        }

        var path = Path.Combine(libraries, assemblyName.Name + ".dll");
        if (!File.Exists(path)) return null;

        // Not from the path: the file stays free to be replaced.
        using var content = new MemoryStream(File.ReadAllBytes(path));
        return LoadFromStream(content);
    }
}
