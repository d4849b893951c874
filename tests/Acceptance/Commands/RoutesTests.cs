using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

public sealed class RoutesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Routes_are_listed_in_the_order_in_which_they_are_tried()
    {
        var file = folder.Write(
            "kong.yml",
            """
            _format_version: "3.0"
            services:
            - name: shop
              url: http://127.0.0.1:1
              routes:
              - name: short
                paths: [/a]
              - name: long
                paths: [/a/b/c]
              - name: narrow
                paths: [/a]
                hosts: [shop.test]
                methods: [GET]
            """);
        var ended = await SluiceProcess.RunAsync("routes", file);
        ended.ExitCode.ShouldBe(0);
        var lines = ended.Output.Split('\n');
        lines[0].ShouldContain("ROUTE");
        lines[1].ShouldContain("narrow");
        lines[1].ShouldContain("shop.test");
        lines[2].ShouldContain("long");
        lines[3].ShouldContain("short");
        lines[3].ShouldContain("shop");
    }

    [Fact]
    public async Task A_file_with_problems_is_1_and_says_which()
    {
        var ended = await SluiceProcess.RunAsync("routes", folder.Write("kong.yml", "_format_version: '3.0'\nroutes:\n- nmae: x\n  paths: [/]\n"));
        ended.ExitCode.ShouldBe(1);
        ended.Errors.ShouldContain("nmae");
    }
}
