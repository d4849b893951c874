using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sluice.Host.Commands;

/// <summary>What <c>--help</c> shows below the options of a command: examples, and whatever else is worth knowing.</summary>
internal static class Examples
{
    private static readonly Dictionary<Command, string> ByCommand = [];

    /// <summary>Shows <paramref name="text"/> at the end of the help of <paramref name="command"/>.</summary>
    public static void AddExamples(this Command command, string text) => ByCommand[command] = text;

    /// <summary>Makes the help option of <paramref name="root"/>, which all commands inherit, show the examples.</summary>
    public static void ShowIn(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            inner.Invoke(parseResult);
            if (ByCommand.TryGetValue(parseResult.CommandResult.Command, out var text))
                parseResult.InvocationConfiguration.Output.WriteLine(text.Trim('\n') + Environment.NewLine);
            return ExitCode.Ok;
        }
    }
}
