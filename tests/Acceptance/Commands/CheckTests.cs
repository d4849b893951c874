using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_good_file_is_0_and_counted()
    {
        var file = folder.Write("kong.yml", "_format_version: '3.0'\nservices:\n- name: a\n  url: http://127.0.0.1:1\n  routes:\n  - paths: [/a]\n");
        var ended = await SluiceProcess.RunAsync("check", file);
        ended.Output.ShouldBe("no problems: 1 service, 1 route, no plugins\n");
        ended.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task All_problems_are_listed_with_file_line_object_and_field()
    {
        var file = folder.Write("kong.yml", "_format_version: '3.0'\nservices:\n- name: a\n  url: http://127.0.0.1:1\n  retires: 3\n- name: b\n  host: b.test\n  port: 99999\n");
        var ended = await SluiceProcess.RunAsync("check", file);
        ended.ExitCode.ShouldBe(1);
        var lines = ended.Output.Split('\n');
        lines[0].ShouldStartWith($"{file}:5:");
        lines[0].ShouldContain("service \"a\"");
        lines[0].ShouldContain("retires");
        lines[1].ShouldStartWith($"{file}:8:");
        lines[1].ShouldContain("service \"b\": port");
        lines[2].ShouldBe("2 problems");
    }

    [Fact]
    public async Task A_missing_file_is_the_only_problem()
    {
        var ended = await SluiceProcess.RunAsync("check", folder.PathOf("none.yml"));
        ended.Output.ShouldBe($"{folder.PathOf("none.yml")}: file: does not exist\n1 problem\n");
        ended.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task A_variable_that_is_set_only_elsewhere_is_a_warning()
    {
        var file = folder.Write("kong.yml", "_format_version: '3.0'\nservices:\n- name: a\n  host: a.test\n  port: ${SLUICE_TEST_UNSET}\n  retries: ${SLUICE_TEST_UNSET}\n");
        var ended = await SluiceProcess.RunAsync("check", file);
        ended.Output.ShouldContain("warning");
        ended.Output.ShouldContain("SLUICE_TEST_UNSET is not set");
        ended.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Json_says_the_same_to_programs()
    {
        var file = folder.Write("kong.yml", "_format_version: '3.0'\nservices:\n- name: b\n  host: b.test\n  port: 99999\n");
        var ended = await SluiceProcess.RunAsync("check", "--json", file);
        ended.ExitCode.ShouldBe(1);
        var result = JsonDocument.Parse(ended.Output).RootElement;
        result.GetProperty("valid").GetBoolean().ShouldBeFalse();
        result.GetProperty("files")[0].GetString().ShouldBe(file);
        var problem = result.GetProperty("problems")[0];
        problem.GetProperty("severity").GetString().ShouldBe("error");
        problem.GetProperty("file").GetString().ShouldBe(file);
        problem.GetProperty("line").GetInt32().ShouldBe(5);
        problem.GetProperty("object").GetString().ShouldBe("service \"b\"");
        problem.GetProperty("field").GetString().ShouldBe("port");
    }

    [Fact]
    public async Task A_plugin_that_is_not_built_is_a_problem_unless_skipped()
    {
        var file = folder.Write("kong.yml", "_format_version: '3.0'\nplugins:\n- name: websocket-size-limit\n  config: {}\n");
        var ended = await SluiceProcess.RunAsync("check", file);
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldContain($"{file}:3:");
        ended.Output.ShouldContain("the plugin websocket-size-limit is not built into this version of Sluice");

        (await SluiceProcess.RunAsync("check", "--skip-unsupported", file)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var ended = await SluiceProcess.RunAsync("check", "/no/such/kong.yml");
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldContain("/no/such/kong.yml");
    }
}
