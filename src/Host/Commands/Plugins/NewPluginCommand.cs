using System.CommandLine;
using System.Text.RegularExpressions;

namespace Sluice.Host.Commands.Plugins;

/// <summary><c>sluice plugin new NAME</c>: a plugin that does something small and its test, to begin with.</summary>
internal static partial class NewPluginCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "What configurations call it: lower-case letters, digits and hyphens." };
        var folder = new Option<string>("--plugins") { HelpName = "DIR", Description = "The plugin folder. Default plugins.", DefaultValueFactory = _ => "plugins" };
        var command = new Command("new", "Write a plugin and its test, which work as they are.") { name, folder };
        command.AddExamples(
            """
            Examples:
              sluice plugin new require-team          writes plugins/require-team.cs and plugins/require-team.tests.cs
              sluice plugin test plugins/require-team.cs

            No SDK is needed: Sluice compiles the files itself.
            """);
        command.SetAction(parsed => Write(parsed.GetRequiredValue(name), parsed.GetRequiredValue(folder)));
        return command;
    }

    private static int Write(string name, string folder)
    {
        if (!Name().IsMatch(name)) throw new UsageException($"'{name}' is no name for a plugin: lower-case letters, digits and hyphens, beginning with a letter");
        if (Gateway.Pipeline.PluginCatalog.Find(name) is not null) throw new UsageException($"there is a built-in plugin '{name}' already");
        var plugin = Path.Combine(folder, name + ".cs");
        var tests = Path.Combine(folder, name + ".tests.cs");
        foreach (var file in new[] { plugin, tests })
            if (File.Exists(file)) throw new UsageException($"{file} exists already");
        var type = string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(plugin, PluginTemplate.Plugin(name, type));
            File.WriteAllText(tests, PluginTemplate.Tests(name, type));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{folder}: cannot be written: {problem.Message}");
        }

        Console.Out.WriteLine(
            $"""
            {plugin}
            {tests}

            Try it:  sluice plugin test {plugin}
            Use it:  a configuration beside the folder that has, under plugins:
                       - name: {name}
                         config:
                           header: X-Team
            """);
        return ExitCode.Ok;
    }

    [GeneratedRegex("^[a-z]([a-z0-9]|-(?=[a-z0-9])){0,62}$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
