using Sluice.Foundation.Errors;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Extending;

/// <summary>What a plugin folder held when it was read.</summary>
/// <param name="Libraries">The files that could be loaded, in order.</param>
/// <param name="Problems">What keeps the others, and with them the whole folder, from being used.</param>
public sealed record PluginFolderContent(IReadOnlyList<PluginLibrary> Libraries, IReadOnlyList<Problem> Problems)
{
    /// <summary>No plugins.</summary>
    public static PluginFolderContent Empty { get; } = new([], []);

    /// <summary>The plugins of all files.</summary>
    public IReadOnlyList<PluginDescriptor> Plugins { get; } = [.. Libraries.SelectMany(l => l.Plugins)];
}
