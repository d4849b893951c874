using System.Net;
using System.Net.Sockets;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>What cannot start says why, in words to act on, and with its own exit code.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--proxy")]
    [InlineData("--admin")]
    public async Task A_port_in_use_is_3_and_named(string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        var free = option == "--proxy" ? "--admin" : "--proxy";
        var ended = await SluiceProcess.RunAsync("run", "--config", GoodFile(), option, taken, free, "127.0.0.1:0");
        ended.ExitCode.ShouldBe(3);
        ended.Errors.ShouldContain($"cannot listen on {taken}: another program is using it");
    }

    [Fact]
    public async Task A_second_gateway_on_the_same_port_is_refused_too()
    {
        await using var first = await SluiceProcess.ServeAsync(GoodFile());
        var ended = await SluiceProcess.RunAsync("run", "--config", GoodFile(), "--proxy", $"127.0.0.1:{first.Proxy[0].Port}", "--admin", "off");
        ended.ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task A_configuration_with_problems_is_1_and_lists_them()
    {
        var ended = await SluiceProcess.RunAsync("run", "--config", folder.Write("bad.yml", "_format_version: '3.0'\nservices:\n- nmae: x\n- host: b.test\n  port: -1\n"), "--proxy", "127.0.0.1:0");
        ended.ExitCode.ShouldBe(1);
        ended.Errors.ShouldContain("bad.yml:3:");
        ended.Errors.ShouldContain("bad.yml:5:");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_1_and_named()
    {
        var ended = await SluiceProcess.RunAsync("run", "--config", "/no/such.yml", "--proxy", "127.0.0.1:0");
        ended.ExitCode.ShouldBe(1);
        ended.Errors.ShouldContain("/no/such.yml");
    }

    [Fact]
    public async Task No_configuration_at_all_is_2_and_says_how_to_name_one()
    {
        var ended = await SluiceProcess.RunAsync(["run"], new Dictionary<string, string> { ["SLUICE_DATA"] = "" });
        ended.ExitCode.ShouldBe(2);
        ended.Errors.ShouldContain("--config");
        ended.Errors.ShouldContain("KONG_DECLARATIVE_CONFIG");
    }

    [Theory]
    [InlineData("--transport", "pigeon")]
    [InlineData("--proxy", "nowhere:80")]
    [InlineData("--loops", "many")]
    public async Task A_setting_that_makes_no_sense_is_2_and_named(string option, string value)
    {
        var ended = await SluiceProcess.RunAsync("run", "--config", GoodFile(), option, value);
        ended.ExitCode.ShouldBe(2);
        ended.Errors.ShouldContain(option);
        ended.Errors.ShouldContain(value);
    }

    private string GoodFile() => folder.Write("kong.yml", Configurations.OneRoute(1));
}
