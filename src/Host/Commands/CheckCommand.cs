using System.CommandLine;
using Sluice.Foundation.Errors;
using Sluice.Host.Running;

namespace Sluice.Host.Commands;

/// <summary><c>sluice check FILE</c>: everything that is wrong with a configuration, at once.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var files = ConfigurationArgument.Several();
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object." };
        var skip = new Option<bool>("--skip-unsupported") { Description = "As with run: plugins that are not built are warnings." };
        var plugins = PluginOption.Create();
        var command = new Command("check", "List every problem of a configuration, with file, line, object and field.") { files, json, skip, plugins };
        command.AddExamples(
            """
            Examples:
              sluice check kong.yml
              sluice check --json services/ consumers.yml | jq '.problems[] | .message'

            Exit codes:
              0  it can be run (there may be warnings)
              1  it has problems, cannot be read, or needs plugins that are not built
            """);
        command.SetAction(parsed =>
        {
            // A file is often checked where its secrets are not; run insists on them.
            var settings = PluginOption.Settings(parsed.GetValue(plugins), parsed.GetRequiredValue(files));
            var unusable = new OwnPlugins(settings.PluginFolder).Load();
            var loaded = ConfigurationLoader.Load(parsed.GetRequiredValue(files), inline: null, settings.Gateway.RouterFlavor, unsetVariable: Severity.Warning);
            if (unusable.Count > 0) loaded = loaded with { Document = null, Problems = [.. unusable, .. loaded.Problems] };
            if (parsed.GetValue(json)) CheckReport.WriteJson(loaded, parsed.GetValue(skip), Console.OpenStandardOutput());
            else CheckReport.WriteText(loaded, parsed.GetValue(skip), Console.Out);
            return CheckReport.CanRun(loaded, parsed.GetValue(skip)) ? ExitCode.Ok : ExitCode.ConfigurationProblems;
        });
        return command;
    }
}
