using System.Globalization;

namespace Sluice.Fuzz;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Argument(args, "--input") is { } input)
        {
            await using var target = FuzzTarget.Named(Argument(args, "--target") ?? throw new ArgumentException("--input needs --target"));
            target.Check(Convert.FromBase64String(input));
            return 0;
        }

        if (Argument(args, "--minutes") is { } minutes)
        {
            var seed = Argument(args, "--seed") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
            return await Campaign.RunAsync(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), seed, Argument(args, "--target")) ? 0 : 1;
        }

        return args.Any(a => a is "-automated" or "@@")
            ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
            : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    private static string? Argument(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
