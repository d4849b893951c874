using System.CommandLine;
using System.Runtime.InteropServices;

namespace Sluice.Host.Commands;

/// <summary><c>sluice version</c></summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version of Sluice and of what it runs on.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine($"sluice {SluiceVersion.Current}");
            Console.Out.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
            return ExitCode.Ok;
        });
        return command;
    }
}
