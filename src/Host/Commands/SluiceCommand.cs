using System.CommandLine;
using System.CommandLine.Invocation;
using Sluice.Host.Commands.Admin;
using Sluice.Host.Commands.Plugins;
using Sluice.Host.Commands.Workflows;

namespace Sluice.Host.Commands;

/// <summary>The program <c>sluice</c>: its commands and what they share.</summary>
internal static class SluiceCommand
{
    public static RootCommand Create()
    {
        var root = new RootCommand("An API gateway that runs the kong.yml you already have.")
        {
            RunCommand.Create(),
            CheckCommand.Create(),
            RoutesCommand.Create(),
            ExplainCommand.Create(),
            SchemaCommand.Create(),
            PluginsCommand.Create(),
            PluginCommand.Create(),
            WorkflowCommand.Create(),
            ConnectionCommand.Create(),
            ImportCommand.Create(),
            UserCommand.Create(),
            TokenCommand.Create(),
            VersionCommand.Create(),
        };
        foreach (var command in ReleaseCommands.Create()) root.Add(command);
        root.AddExamples(
            """
            Examples:
              sluice run --config kong.yml                    serve the file on 0.0.0.0:8000 and 0.0.0.0:8443
              sluice check kong.yml                           list everything that is wrong with it
              sluice explain kong.yml GET http://a.test/x     which route, which middleware, which endpoint

            Exit codes:
              0  done                       3  an address cannot be listened on
              1  configuration problems     4  explain: no route matches
              2  wrong command line         5  the running gateway refuses
              6  workflow run: it failed   70  a failure of sluice itself
            """);
        Examples.ShowIn(root);
        return root;
    }

    /// <summary>Parses and runs a command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Create().Parse(args.Length == 0 ? ["--help"] : args);
        try
        {
            // Signals are handled by `run` itself; every other command may simply be killed.
            var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
            return parsed.Action is ParseErrorAction ? ExitCode.Usage : code;
        }
        catch (UsageException problem)
        {
            await Console.Error.WriteLineAsync($"sluice: {problem.Message}");
            return ExitCode.Usage;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"sluice: this should not have happened; please report it with the lines below\n{bug}");
            return ExitCode.Failed;
        }
    }
}

/// <summary>What a person typed, or set in the environment, makes no sense; the message says what and where.</summary>
internal sealed class UsageException(string message) : Exception(message);
