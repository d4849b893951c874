using System.Reflection;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Extending;

/// <summary>The plugins of one file, loaded: of a C# file that was compiled, or of an assembly.</summary>
public sealed class PluginLibrary
{
    private readonly PluginAssemblies assemblies;

    private PluginLibrary(PluginAssemblies assemblies, string file, string version, IReadOnlyList<PluginDescriptor> plugins, Assembly assembly)
    {
        this.assemblies = assemblies;
        File = file;
        Version = version;
        Plugins = plugins;
        Assembly = assembly;
    }

    /// <summary>The path of the file.</summary>
    public string File { get; }

    /// <summary>Another when the content of the file, or of the libraries beside it, is another.</summary>
    internal string Version { get; }

    /// <summary>One or more.</summary>
    public IReadOnlyList<PluginDescriptor> Plugins { get; }

    /// <summary>All types of the file.</summary>
    public IEnumerable<Type> Types => Assembly.GetTypes();

    internal Assembly Assembly { get; }

    /// <summary>Lets the code go once nothing runs on it any more: instances in use go on until their snapshot retires.</summary>
    public void Unload() => assemblies.Unload();

    /// <summary>
    /// Collects until code that was let go of has left the memory, and the compiler's with it, or that seems to be in use still. Traffic goes on meanwhile.
    /// </summary>
    /// <param name="used">How many files are in use.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task CollectAsync(int used, TimeProvider time, CancellationToken stop)
    {
        for (var attempt = 0; attempt < 10 && PluginAssemblies.Count > used; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested) return;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
    }

    internal static (PluginLibrary? Library, IReadOnlyList<Problem> Problems) Load(string file, string version, string libraries, byte[] assembly, byte[]? symbols, byte[]? documentation)
    {
        var context = new PluginAssemblies(file, libraries);
        try
        {
            using var code = new MemoryStream(assembly);
            using var lines = symbols is null ? null : new MemoryStream(symbols);
            var loaded = context.LoadFromStream(code, lines);
            if (documentation is not null) DocComments.Add(loaded, documentation);
            var plugins = DescriptorsIn(loaded);
            if (plugins.Count == 0)
                return Refuse(context, file, "it has no plugin: a class that derives from Plugin and has a static Descriptor");
            foreach (var plugin in plugins)
            {
                // Reflection finds here what would fail when the first configuration is read.
                _ = RecordPlan.For(plugin.ConfigType).Create();
                plugin.Source = file;
            }

            return (new PluginLibrary(context, file, version, plugins, loaded), []);
        }
        catch (Exception e)
        {
            // A file that is no assembly, one for another runtime, a static constructor that throws: whatever it is, it is this file's.
            var cause = e is TargetInvocationException or TypeInitializationException && e.InnerException is { } inner ? inner : e;
            return Refuse(context, file, $"it cannot be loaded: {cause.Message}");
        }
    }

    private static (PluginLibrary?, IReadOnlyList<Problem>) Refuse(PluginAssemblies context, string file, string message)
    {
        context.Unload();
        return (null, [new Problem(new Place(file, 0, 0), $"plugin file {Path.GetFileName(file)}", "", message)]);
    }

    private static List<PluginDescriptor> DescriptorsIn(Assembly assembly)
    {
        const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var found = new List<PluginDescriptor>();
        foreach (var type in assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(Plugin))))
        {
            var value = type.GetField("Descriptor", Static)?.GetValue(null) ?? type.GetProperty("Descriptor", Static)?.GetValue(null);
            if (value is PluginDescriptor descriptor) found.Add(descriptor);
        }

        return found;
    }
}
