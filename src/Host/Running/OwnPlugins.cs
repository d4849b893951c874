using Sluice.Foundation.Errors;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Pipeline;

namespace Sluice.Host.Running;

/// <summary>The plugins of the plugin folder, in this process. Files are compiled when they change; what is used changes as a whole.</summary>
internal sealed class OwnPlugins(string? path)
{
    private readonly PluginFolder? folder = path is null ? null : new PluginFolder(path);

    /// <summary>What is used.</summary>
    public PluginFolderContent Used { get; private set; } = PluginFolderContent.Empty;

    /// <summary>The files that plugins are made of, for watching them.</summary>
    public IReadOnlyList<string> Files
    {
        get
        {
            try
            {
                return folder?.Files ?? [];
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // Reading it says what is wrong.
                return [];
            }
        }
    }

    /// <summary>Compiles and loads what has changed; nothing of it is used before <see cref="Use"/>.</summary>
    public PluginFolderContent Read() => folder?.Read(Used) ?? PluginFolderContent.Empty;

    /// <summary>Whether <paramref name="content"/> differs from what is used.</summary>
    public bool IsNews(PluginFolderContent content) => !content.Libraries.SequenceEqual(Used.Libraries);

    /// <summary>Has configurations read with the plugins of <paramref name="content"/> from now on.</summary>
    /// <returns>What was used before: for going back to, or else for <see cref="LetGo"/>.</returns>
    public PluginFolderContent Use(PluginFolderContent content)
    {
        var before = Used;
        PluginCatalog.Use(content.Plugins);
        Used = content;
        return before;
    }

    /// <summary>Unloads what <paramref name="content"/> has and what is used has not; it goes when nothing runs on it any more.</summary>
    public void LetGo(PluginFolderContent content)
    {
        foreach (var library in content.Libraries.Except(Used.Libraries)) library.Unload();
    }

    /// <summary>Reads the folder and uses what it holds, for commands that only look.</summary>
    /// <returns>What is wrong with it; nothing is used then.</returns>
    public IReadOnlyList<Problem> Load()
    {
        var content = Read();
        if (content.Problems.Count == 0) Use(content);
        return content.Problems;
    }
}
