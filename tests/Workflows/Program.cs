using Sluice.Workflows.Tests.History;
using Sluice.Workflows.Tests.Schedules;

namespace Sluice.Workflows.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(CrashHost.Variable) is { Length: > 0 } settings)
        {
            if (settings.Split('|') is [var database, var file, "fatal"]) await FatalHost.RunAsync(database, file);
            else if (settings.Split('|') is [var shared, "schedules"]) await ScheduleHost.RunAsync(shared);
            else await CrashHost.RunAsync(settings.Split('|'));
            return 0;
        }

        if (args is ["code-worker", .. var rest]) return Workflows.Sandbox.CodeWorker.Run(rest);
        return args.Any(a => a is "-automated" or "@@")
            ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
            : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
