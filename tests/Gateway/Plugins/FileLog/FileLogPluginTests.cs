using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.FileLog;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.FileLog;

public sealed class FileLogPluginTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"file-log-{Guid.NewGuid():N}.log");

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_request_is_a_line_and_closing_writes_the_rest(bool reopen)
    {
        var harness = new PluginHarness().Use("file-log", new FileLogConfig { Path = path, Reopen = reopen });
        for (var i = 0; i < 3; i++) await harness.SendAsync($"/{i}");
        harness.Snapshot.Lease.Dispose();
        var lines = await File.ReadAllLinesAsync(path);
        lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("request").GetProperty("uri").GetString()).ShouldBe(["/0", "/1", "/2"]);
    }

    [Fact]
    public async Task A_file_that_was_moved_away_is_made_anew_with_reopen()
    {
        using var file = new LogFile(path, reopen: true, NullLogger.Instance);
        file.Add("one"u8);
        (await WaitForAsync("one\n")).ShouldBe("one\n");
        File.Delete(path);
        file.Add("two"u8);
        (await WaitForAsync("two\n")).ShouldBe("two\n");
    }

    [Fact]
    public void What_cannot_be_written_is_counted()
    {
        var file = new LogFile(Path.Combine(path, "no", "such", "folder"), reopen: false, NullLogger.Instance);
        file.Add("one"u8);
        file.Add("two"u8);
        file.Dispose();
        file.Dropped.ShouldBe(2);
    }

    [Fact]
    public async Task The_file_survives_a_reload()
    {
        var config = new FileLogConfig { Path = path };
        var first = new PluginHarness().Use("file-log", config);
        await first.SendAsync("/1");
        var second = first.Reload(new GatewayDocument(), h => h.Use("file-log", config));
        await second.SendAsync("/2");
        second.Snapshot.Lease.Dispose();
        (await File.ReadAllLinesAsync(path)).Length.ShouldBe(2);
    }

    private async Task<string> WaitForAsync(string expected)
    {
        for (var i = 0; i < 1200; i++)
        {
            if (File.Exists(path) && await File.ReadAllTextAsync(path) == expected) return expected;
            await Task.Delay(25);
        }

        return File.Exists(path) ? await File.ReadAllTextAsync(path) : "(no file)";
    }
}
