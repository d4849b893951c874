using System.CommandLine;
using Sluice.Host.Settings;

namespace Sluice.Host.Commands;

/// <summary><c>--plugins</c> for commands that look at a configuration: where plugins of one's own are, as for <c>run</c>.</summary>
internal static class PluginOption
{
    public static Option<string?> Create() => new("--plugins")
    {
        HelpName = "DIR",
        Description = "The folder of plugins of your own; off for none. Default plugins, beside the first FILE.",
    };

    /// <summary>The settings that <c>run</c> would have for these files here.</summary>
    public static RunSettings Settings(string? plugins, IReadOnlyList<string> files)
    {
        var options = new Dictionary<string, string?>(StringComparer.Ordinal) { ["--plugins"] = plugins };
        if (files.Count > 0) options["--config"] = string.Join(',', files);
        return SettingsReader.Read(options, ProcessEnvironment.Read());
    }
}
