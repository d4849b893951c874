using System.Text;
using Sluice.Gateway.Plugins.DeGraphQl;

namespace Sluice.Gateway.Tests.Plugins.DeGraphQl;

public sealed class DeGraphQlPluginTests
{
    private const string Repository = "query ($owner: String!, $name: String!, $first: Int = 10) { repository(owner: $owner, name: $name) { issues(first: $first) { total } } }";

    private static readonly DeGraphQlConfig Config = new()
    {
        GraphqlServerPath = "/api/graphql",
        Routes =
        [
            new() { Uri = "/:owner/:name", Query = Repository },
            new() { Uri = "/{owner}/me?n={name}", Query = Repository },
            new() { Uri = "/me", Query = "query { viewer { login } }" },
            new() { Uri = "/issues", Methods = ["POST", "PUT"], Query = "mutation ($input: IssueInput!, $labels: [String!], $draft: Boolean, $weight: Float, $n: [Int]) { create(input: $input) { id } }" },
        ],
    };

    [Theory]
    [InlineData("/me", """{"query":"query { viewer { login } }"}""")]
    [InlineData("/me/?x=1", """{"query":"query { viewer { login } }"}""")]
    [InlineData("/ann/sluice", """{"owner":"ann","name":"sluice"}""")]
    [InlineData("/a%2Fb/%C3%A4", """{"owner":"a/b","name":"\u00E4"}""")]
    [InlineData("/ann/sluice?first=3&owner=bob", """{"owner":"ann","name":"sluice","first":3}""")]
    [InlineData("/ann/me?n=x+y", """{"owner":"ann","name":"x y"}""")]
    public async Task Requests_become_operations(string target, string expected)
    {
        var result = await Send(target);
        result.Answer.ShouldBeNull();
        var upstream = result.Exchange.Upstream;
        (upstream.Method, upstream.Path, upstream.Query).ShouldBe(("POST", "/api/graphql", ""));
        result.Sent("Content-Type").ShouldBe("application/json");
        result.Sent("If-None-Match").ShouldBeNull();
        var sent = Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!);
        if (expected.StartsWith("{\"query", StringComparison.Ordinal)) sent.ShouldBe(expected);
        else sent.ShouldEndWith($",\"variables\":{expected}}}");
    }

    [Theory]
    [InlineData("/ann/sluice?first=x", 400, "variable 'first' must be Int")]
    [InlineData("/ann/sluice?first=3&first=4", 400, "variable 'first' is given more than once")]
    [InlineData("/ann/sluice?first=99999999999", 400, "variable 'first' must be Int")]
    [InlineData("/ann/me", 400, "missing required variable 'n'")]
    [InlineData("/a/b/c", 404, "Not Found")]
    [InlineData("/", 404, "Not Found")]
    [InlineData("/issues", 405, "Method Not Allowed")]
    public async Task Requests_that_are_none_are_refused(string target, int status, string message)
    {
        var result = await Send(target);
        result.Status.ShouldBe(status);
        result.Body.ShouldContain(message);
        if (status == 405) result.Header("Allow").ShouldBe("POST, PUT");
    }

    [Theory]
    [InlineData("/issues", """{"input":{"title":"x"}}""", """{"input":{"title":"x"}}""")]
    [InlineData("/issues?labels=a&labels=b&draft=true&weight=1.5", """{"input":{},"draft":false}""", """{"input":{},"labels":["a","b"],"draft":true,"weight":1.5}""")]
    [InlineData("/issues?input=%7B%22a%22:1%7D&n=%5B1,2%5D&labels=a", "", """{"input":{"a":1},"labels":["a"],"n":[1,2]}""")]
    public async Task Variables_come_from_arguments_and_bodies(string target, string body, string variables)
    {
        var result = await Send(target, "POST", body);
        result.Answer.ShouldBeNull();
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldEndWith($"\"variables\":{variables}}}");
    }

    [Theory]
    [InlineData("[1]", 400)]
    [InlineData("{", 400)]
    [InlineData("""{"input":1,"input":2}""", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"input":"\ud800"}""", 400)]
    [InlineData("""{"\ud800":1}""", 400)]
    public async Task Bodies_must_be_objects_with_the_variables(string body, int status) => (await Send("/issues", "POST", body)).Status.ShouldBe(status);

    [Fact]
    public async Task The_path_of_the_service_is_left_out()
    {
        var harness = new PluginHarness { Service = new() { Id = Guid.NewGuid(), Host = "upstream.test", Path = "/v1" } }.Use("degraphql", Config);
        (await harness.SendAsync("/anything", prepare: e => e.Upstream.Path = "/v1/me")).Answer.ShouldBeNull();
        (await harness.SendAsync("/anything", prepare: e => e.Upstream.Path = "/v1me/x")).Exchange.BufferedRequestBody.ShouldNotBeNull();
    }

    [Fact]
    public void Routes_that_cannot_work_are_refused()
    {
        Problem(new() { Uri = "/a", Query = "{ a" }).ShouldBe("routes[0].query: Syntax Error: Unexpected <EOF>. (line 1, column 4)");
        Problem(new() { Uri = "a", Query = "{ a }" }).ShouldBe("routes[0].uri: must begin with /");
        Problem(new() { Uri = "/:a", Query = "{ a }" }).ShouldBe("routes[0].uri: the query declares no variable $a");
        Problem(new() { Uri = "/a?b=c", Query = "{ a }" }).ShouldContain("must be an argument and a variable");
        Problem(new() { Uri = "/a", Query = "query A { a } query B { b }" }).ShouldBe("routes[0].query: must have one operation");
        Problem(new() { Uri = "/a", Query = "mutation { a }" }).ShouldStartWith("routes[0].methods");
        Problem(new() { Uri = "/a", Query = "subscription { a }" }).ShouldStartWith("routes[0].query");

        static string Problem(DeGraphQlRouteConfig route)
        {
            var problems = new List<string>();
            new DeGraphQlConfig { Routes = [route] }.Check((field, message) => problems.Add($"{field}: {message}"));
            return problems.ShouldHaveSingleItem();
        }
    }

    private static Task<PluginResult> Send(string target, string method = "GET", string? body = null) =>
        new PluginHarness().Use("degraphql", Config).SendAsync(
            target, method, body is null ? [("If-None-Match", "x")] : [("Content-Type", "application/json")], body is null ? null : Encoding.UTF8.GetBytes(body));
}
