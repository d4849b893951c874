using System.CommandLine;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Explaining;
using Sluice.Gateway.Extending;

namespace Sluice.Host.Commands.Plugins;

/// <summary><c>sluice plugin check FILE</c>: whether plugin files compile, and what is in them.</summary>
internal static class CheckPluginCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "C# files.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("check", "Compile plugins and list everything that is wrong with them, with file, line and column.") { files };
        command.AddExamples(
            """
            Examples:
              sluice plugin check plugins/require-team.cs

            Exit codes:
              0  all of them can be used
              1  at least one cannot
            """);
        command.SetAction(parsed =>
        {
            var allRight = true;
            foreach (var file in parsed.GetRequiredValue(files))
            {
                if (!File.Exists(file)) throw new UsageException($"{file} does not exist");
                var (library, problems) = PluginFolder.Compile(file);
                foreach (var problem in problems) Console.Out.WriteLine(problem);
                allRight &= library is not null;
                foreach (var plugin in library?.Plugins ?? [])
                {
                    Console.Out.WriteLine($"{file}: {plugin.Name}: {plugin.Summary}");
                    Console.Out.WriteLine($"  stages: {string.Join(", ", Explanation.StagesOf(plugin))}");
                    Console.Out.WriteLine($"  config: {string.Join(", ", RecordPlan.For(plugin.ConfigType).Fields.Select(f => f.Name + (f.Required ? " (required)" : "")))}");
                }
            }

            return allRight ? ExitCode.Ok : ExitCode.ConfigurationProblems;
        });
        return command;
    }
}
