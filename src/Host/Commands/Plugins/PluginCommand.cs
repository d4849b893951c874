using System.CommandLine;

namespace Sluice.Host.Commands.Plugins;

/// <summary><c>sluice plugin ...</c>: writing plugins of one's own.</summary>
internal static class PluginCommand
{
    public static Command Create() => new("plugin", "Begin, check and test a plugin of your own.")
    {
        NewPluginCommand.Create(),
        CheckPluginCommand.Create(),
        TestPluginCommand.Create(),
    };
}
