using System.Diagnostics;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Documents;

/// <summary>The commands of docs/guides/configuration-api.md do what they say.</summary>
public sealed class ConfigurationApiGuideTests
{
    [Fact]
    public async Task The_commands_work_as_printed()
    {
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(["run", "--data", folder.Root, "--proxy", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", "1"]);
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs/guides/configuration-api.md"));
        var begin = text.IndexOf("```sh\n", StringComparison.Ordinal) + 6;
        var commands = text[begin..text.IndexOf("```", begin, StringComparison.Ordinal)].Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        commands.Length.ShouldBe(8);
        foreach (var command in commands)
        {
            var start = new ProcessStartInfo("sh", ["-c", command.Replace("localhost:8001", sluice.Admin!.Authority, StringComparison.Ordinal).Replace("curl -s", "curl -s -f -S", StringComparison.Ordinal)])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var printed = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, $"{command}\n{printed}{await error}");
            printed.ShouldContain("\"success\":true");
        }
    }
}
