using Sluice.Gateway.Pipeline;

namespace Sluice.Architecture;

/// <summary>The catalogue and the folders under src/Gateway/Plugins say the same.</summary>
public sealed class PluginCatalogTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_plugin_folder_is_in_the_catalogue()
    {
        var classes = PluginCatalog.All.Select(d => d.PluginType.Namespace!.Split('.')[^1]).ToHashSet(StringComparer.Ordinal);
        PluginFolders().Where(folder => !classes.Contains(folder)).ShouldBeEmpty("add a line to PluginCatalog for these folders");
    }

    [Fact]
    public void Every_plugin_of_the_catalogue_has_its_folder()
    {
        var folders = PluginFolders().ToHashSet(StringComparer.Ordinal);
        PluginCatalog.All.Select(d => d.PluginType.Namespace!.Split('.')[^1]).Where(name => !folders.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Names_are_unique() => PluginCatalog.All.Select(d => d.Name).ShouldBeUnique();

    [Fact]
    public void The_running_order_is_printed()
    {
        for (var i = 0; i < PluginCatalog.All.Count; i++)
        {
            var plugin = PluginCatalog.All[i];
            output.WriteLine($"{i + 1,3}  {plugin.Name,-28} {string.Join(' ', StagesOf(plugin.PluginType))}");
            StagesOf(plugin.PluginType).ShouldNotBeEmpty($"{plugin.Name} overrides no stage and would never run");
        }
    }

    /// <summary>The folders that hold a plugin: those with a file that makes a descriptor.</summary>
    private static IEnumerable<string> PluginFolders()
    {
        var root = Repository.PathOf("src/Gateway/Plugins");
        if (!Directory.Exists(root)) return [];
        return Directory.EnumerateDirectories(root)
            .Where(folder => Directory.EnumerateFiles(folder, "*.cs").Any(file => File.ReadAllText(file).Contains("new PluginDescriptor<", StringComparison.Ordinal)))
            .Select(folder => Path.GetFileName(folder));
    }

    private static IEnumerable<string> StagesOf(Type plugin) =>
        typeof(Plugin).GetMethods().Where(m => m.IsVirtual && m.DeclaringType == typeof(Plugin))
            .Where(m => plugin.GetMethod(m.Name, [.. m.GetParameters().Select(p => p.ParameterType)])!.DeclaringType != typeof(Plugin))
            .Select(m => m.Name);
}
