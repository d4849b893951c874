using System.Diagnostics;
using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Admin;

/// <summary>What people copy from Kong's tutorials works here as it is printed.</summary>
public sealed class TutorialTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_commands_of_tutorials_work_as_printed()
    {
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(["run", "--data", folder.Root, "--proxy", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", "1"]);
        var commands = await CommandsAsync();
        commands.Count.ShouldBeGreaterThan(35);
        foreach (var command in commands)
        {
            output.WriteLine(command);
            var (answer, status) = await RunAsync(command.Replace("localhost:8001", sluice.Admin!.Authority, StringComparison.Ordinal));
            status.ShouldBeInRange(200, 204, $"{command}\n{answer}");
        }

        // And they had their effect: the token is asked for where the tutorial says so.
        using var http = new HttpClient { BaseAddress = sluice.Proxy[0] };
        (await http.GetAsync("/api/v1/auth/x")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        using var client = new HttpClient { BaseAddress = sluice.Admin };
        var releases = JsonDocument.Parse(await client.GetStringAsync("/api/v1/config/releases"));
        releases.RootElement.GetProperty("meta").GetProperty("total").GetInt32().ShouldBeGreaterThan(25, "each write is a release");
    }

    private static async Task<IReadOnlyList<string>> CommandsAsync()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Admin", "tutorials.sh"));
        return [.. text.Split("\n\n").Select(p => string.Join('\n', p.Split('\n').Where(l => !l.StartsWith('#'))).Trim()).Where(p => p.Length > 0)];
    }

    /// <summary>Runs the command in a shell, as a reader would.</summary>
    private static async Task<(string Answer, int Status)> RunAsync(string command)
    {
        var start = new ProcessStartInfo("sh", ["-c", command.Replace("curl ", "curl -s -w '\\n%{http_code}' ", StringComparison.Ordinal)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var last = printed.LastIndexOf('\n');
        return (printed[..Math.Max(last, 0)], int.Parse(printed.AsSpan(last + 1), System.Globalization.CultureInfo.InvariantCulture));
    }
}
