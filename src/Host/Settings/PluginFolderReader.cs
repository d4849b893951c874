using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>Where the plugins are that people wrote for themselves: <c>--plugins</c>, or <c>plugins</c> beside the configuration.</summary>
internal static class PluginFolderReader
{
    private const string Name = "plugins";

    /// <returns>The folder, which need not exist yet when nobody named it; null for none.</returns>
    /// <exception cref="UsageException">The folder that was named does not exist.</exception>
    public static string? Read(SettingSources sources, IReadOnlyList<string> configuration, string? dataFolder)
    {
        if (sources.Find("--plugins") is { } named)
        {
            if (named.Value == "off") return null;
            return Directory.Exists(named.Value) ? named.Value : named.Refuse<string>("a folder that exists, or off");
        }

        return configuration.Count > 0 ? Beside(configuration[0]) : dataFolder is null ? null : Path.Combine(dataFolder, Name);
    }

    /// <summary>The folder of plugins beside a configuration file, or in a folder of them. None where everybody may make one, as in /tmp.</summary>
    private static string? Beside(string configuration)
    {
        var folder = Directory.Exists(configuration) ? configuration : Path.GetDirectoryName(configuration) is { Length: > 0 } parent ? parent : ".";
        if (!OperatingSystem.IsWindows() && Directory.Exists(folder) && File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherWrite)) return null;
        return folder == "." ? Name : Path.Combine(folder, Name);
    }
}
