using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Explaining;
using Sluice.Gateway.Pipeline;
using Sluice.Host.Running;

namespace Sluice.Host.Commands.Plugins;

/// <summary><c>sluice plugins</c>: every plugin that a configuration can use.</summary>
internal static class PluginsCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "A configuration, to list the plugins beside it too.", Arity = ArgumentArity.ZeroOrMore };
        var plugins = PluginOption.Create();
        var json = new Option<bool>("--json") { Description = "Print a JSON list." };
        var command = new Command("plugins", "List all plugins, in running order: those of the program and those of the plugin folder.") { files, plugins, json };
        command.AddExamples(
            """
            Examples:
              sluice plugins
              sluice plugins kong.yml                 with those of the folder plugins beside it
              sluice plugins --json | jq '.[] | select(.authenticates) | .name'

            PRIORITY: inside a stage, the plugin with the higher one runs first.
            SCOPE: what a plugin can be configured for, besides everything.
            """);
        command.SetAction(parsed =>
        {
            var settings = PluginOption.Settings(parsed.GetValue(plugins), parsed.GetValue(files) ?? []);
            var problems = new OwnPlugins(settings.PluginFolder).Load();
            foreach (var problem in problems) Console.Error.WriteLine(problem);
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(PluginCatalog.All.Select(Describe), Json));
            else Write(Console.Out);
            return problems.Count == 0 ? ExitCode.Ok : ExitCode.ConfigurationProblems;
        });
        return command;
    }

    private static void Write(TextWriter output)
    {
        var table = new TextTable("PRIORITY", "NAME", "STAGES", "SCOPE", "SOURCE", "SUMMARY");
        foreach (var plugin in PluginCatalog.All)
            table.Add(
                PriorityOf(plugin).ToString(CultureInfo.InvariantCulture),
                plugin.Name,
                string.Join(' ', Explanation.StagesOf(plugin)),
                string.Join(' ', ScopesOf(plugin)),
                plugin.Source,
                plugin.Summary);
        table.Write(output);
    }

    private static object Describe(PluginDescriptor plugin) => new
    {
        plugin.Name,
        Priority = PriorityOf(plugin),
        Stages = Explanation.StagesOf(plugin),
        Scopes = ScopesOf(plugin),
        plugin.Authenticates,
        plugin.Source,
        plugin.Summary,
    };

    private static int PriorityOf(PluginDescriptor plugin) => PluginCatalog.All.Count - PluginCatalog.OrderOf(plugin.Name);

    private static IReadOnlyList<string> ScopesOf(PluginDescriptor plugin) =>
        plugin.ConsumerScope ? ["service", "route", "consumer", "group"] : ["service", "route"];
}
