using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

public sealed class ExplainTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string file;

    public ExplainTests() => file = folder.Write(
        "kong.yml",
        """
        _format_version: "3.0"
        services:
        - name: orders
          url: http://127.0.0.1:7/v2
          routes:
          - name: orders
            paths: [/orders]
            hosts: [api.test]
          - name: orders-post
            paths: [/orders]
            hosts: [api.test]
            methods: [POST]
        plugins:
        - name: key-auth
        - name: cors
          service: orders
          config: { max_age: 77 }
        consumers:
        - username: alice
          keyauth_credentials:
          - key: a-very-secret-key
        """);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_shows_route_middleware_and_endpoint()
    {
        var ended = await SluiceProcess.RunAsync("explain", file, "GET", "http://api.test/orders/7?x=1");
        ended.ExitCode.ShouldBe(0, ended.Errors);
        ended.Output.ShouldStartWith("GET http://api.test/orders/7?x=1\n");
        ended.Output.ShouldContain($"route: orders  ({file}:");
        ended.Output.ShouldContain("- orders-post: ");
        ended.Output.ShouldContain("cors  on service \"orders\"");
        ended.Output.ShouldContain("max_age: 77");
        ended.Output.ShouldContain("key-auth  global");
        ended.Output.ShouldContain("service: orders  http://127.0.0.1:7/v2");
        ended.Output.ShouldContain("endpoint:\n  127.0.0.1:7\n");
        ended.Output.IndexOf("cors", StringComparison.Ordinal).ShouldBeLessThan(ended.Output.IndexOf("key-auth", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_method_gets_another_route() =>
        (await SluiceProcess.RunAsync("explain", file, "POST", "http://api.test/orders")).Output.ShouldContain("route: orders-post ");

    [Fact]
    public async Task A_request_that_no_route_matches_is_4_and_says_why()
    {
        var ended = await SluiceProcess.RunAsync("explain", file, "GET", "http://other.test/orders");
        ended.ExitCode.ShouldBe(4);
        ended.Output.ShouldContain("route: none");
        ended.Output.ShouldContain("other.test");
    }

    [Fact]
    public async Task The_host_field_wins_over_the_urls_host() =>
        (await SluiceProcess.RunAsync("explain", file, "GET", "http://127.0.0.1:8000/orders", "-H", "Host: api.test")).ExitCode.ShouldBe(0);

    [Fact]
    public async Task Secrets_are_never_shown()
    {
        var ended = await SluiceProcess.RunAsync("explain", file, "GET", "http://api.test/orders", "--consumer", "alice");
        ended.ExitCode.ShouldBe(0, ended.Errors);
        ended.Output.ShouldContain("for consumer alice");
        (ended.Output + ended.Errors).ShouldNotContain("a-very-secret-key");
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("ftp://api.test/")]
    public async Task What_is_no_url_is_2(string url)
    {
        var ended = await SluiceProcess.RunAsync("explain", file, "GET", url);
        ended.ExitCode.ShouldBe(2);
        ended.Errors.ShouldContain("is no URL");
    }
}
