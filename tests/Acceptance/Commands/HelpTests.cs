using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("routes")]
    [InlineData("explain")]
    [InlineData("schema")]
    [InlineData("workflow", "check")]
    [InlineData("workflow", "run")]
    public async Task Every_command_has_help_with_examples(params string[] command)
    {
        var ended = await SluiceProcess.RunAsync([.. command, "--help"]);
        ended.ExitCode.ShouldBe(0);
        ended.Output.ShouldContain("Usage:");
        ended.Output.ShouldContain($"Examples:\n  sluice {string.Join(' ', command)}");
    }

    [Fact]
    public async Task Without_arguments_it_shows_the_commands()
    {
        var ended = await SluiceProcess.RunAsync();
        ended.ExitCode.ShouldBe(0);
        foreach (var command in (string[])["run", "check", "routes", "explain", "schema", "workflow", "version"]) ended.Output.ShouldContain($"  {command}");
    }

    [Fact]
    public async Task The_help_of_run_names_the_variable_of_each_option()
    {
        var help = (await SluiceProcess.RunAsync("run", "--help")).Output;
        foreach (var name in (string[])["CONFIG", "PROXY", "PROXY_TLS", "ADMIN", "DATA", "TRANSPORT", "LOOPS", "SKIP_UNSUPPORTED"])
            help.ShouldContain($"SLUICE_{name}");
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("check")]
    [InlineData("run", "--frob")]
    [InlineData("explain", "kong.yml")]
    public async Task A_wrong_command_line_is_2(params string[] arguments) => (await SluiceProcess.RunAsync(arguments)).ExitCode.ShouldBe(2);

    [Fact]
    public async Task Version_names_the_program_and_the_runtime()
    {
        var ended = await SluiceProcess.RunAsync("version");
        ended.ExitCode.ShouldBe(0);
        ended.Output.ShouldMatch(@"^sluice \d+\.\d+\.\d+\n\.NET 10\.");
    }
}
