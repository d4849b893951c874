using System.Text;
using Sluice.Gateway.Plugins.Mocking;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.Mocking;

public sealed class MockingPluginTests
{
    private const string Users = """
        openapi: 3.1.0
        servers: [{url: /v1}]
        paths:
          /users/{id}:
            get:
              responses:
                '404': {description: none, content: {application/problem+json: {schema: {type: object, properties: {title: {const: gone}}}}}}
                '200':
                  description: ok
                  content:
                    text/csv: {example: "id,name"}
                    application/xml: {schema: {type: object}}
                    application/json:
                      examples:
                        User1: {value: {id: 10}}
                        User2: {$ref: '#/components/examples/User2'}
                default: {description: other}
            delete: {responses: {'204': {description: gone}}}
            post: {responses: {2XX: {description: made, content: {'*/*': {schema: {type: integer, minimum: 3}}}}}}
          /odd: {get: {responses: {'100': {description: x}}}}
        components: {examples: {User2: {value: {id: 20}}}}
        """;

    private static readonly MockingConfig Config = new() { ApiSpecification = Users };

    [Theory]
    [InlineData("GET", null, 200, "application/json; charset=utf-8", """{"id":10}""")]
    [InlineData("GET", "Accept: text/csv", 200, "text/csv", "id,name")]
    [InlineData("GET", "Accept: text/*;q=0.5, application/json;q=0.1", 200, "text/csv", "id,name")]
    [InlineData("GET", "Accept: application/json;q=0, */*;q=0.1", 200, "text/csv", "id,name")]
    [InlineData("GET", "Accept: application/xml, application/json;q=0.2", 200, "application/json; charset=utf-8", """{"id":10}""")]
    [InlineData("GET", "X-Kong-Mocking-Example-Id: User2", 200, "application/json; charset=utf-8", """{"id":20}""")]
    [InlineData("GET", "Prefer: example=User2", 200, "application/json; charset=utf-8", """{"id":20}""")]
    [InlineData("GET", "X-Kong-Mocking-Status-Code: 404", 404, "application/problem+json; charset=utf-8", """{"title":"gone"}""")]
    [InlineData("GET", "Prefer: dynamic=true; code=404", 404, "application/problem+json; charset=utf-8", """{"title":"gone"}""")]
    [InlineData("GET", "Prefer: code=503", 503, null, "")]
    [InlineData("DELETE", null, 204, null, "")]
    [InlineData("POST", null, 200, "application/json", "3")]
    public async Task What_a_client_asks_for_is_answered(string method, string? header, int status, string? type, string body)
    {
        var result = await Send(Config, "/users/7", method, header);
        result.Status.ShouldBe(status);
        result.Answer!.ContentType.ShouldBe(type);
        Encoding.UTF8.GetString(result.Answer.Body.Span).ShouldBe(body);
        result.Answer.Headers.ShouldContain(h => h.Key == "X-Kong-Mocking-Plugin");
    }

    [Theory]
    [InlineData("/users", "GET", null, 404, "Corresponding path and method spec does not exist in API Specification")]
    [InlineData("/users/7", "PUT", null, 404, "Corresponding path and method spec does not exist in API Specification")]
    [InlineData("/users/7", "GET", "X-Kong-Mocking-Example-Id: User3", 400, "could not find the example id 'User3'")]
    [InlineData("/users/7", "DELETE", "X-Kong-Mocking-Status-Code: 201", 400, "could not find the status code '201'")]
    [InlineData("/users/7", "GET", "X-Kong-Mocking-Status-Code: 99", 400, "could not find the status code '99'")]
    [InlineData("/users/7", "GET", "X-Kong-Mocking-Delay: 10001", 400, "Invalid value for X-Kong-Mocking-Delay. The delay value should be a number between 0 and 10000")]
    [InlineData("/users/7", "GET", "X-Kong-Mocking-Delay: -1", 400, "Invalid value for X-Kong-Mocking-Delay")]
    [InlineData("/users/7", "GET", "X-Kong-Mocking-Delay: NaN", 400, "Invalid value for X-Kong-Mocking-Delay")]
    [InlineData("/users/7", "GET", "Accept: image/png", 406, "No acceptable media type")]
    [InlineData("/odd", "GET", null, 404, "No examples exist in API specification for this resource")]
    public async Task What_cannot_be_mocked_is_told(string target, string method, string? header, int status, string message)
    {
        var result = await Send(Config, target, method, header);
        result.Status.ShouldBe(status);
        result.Answer!.Error!.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Statuses_may_be_restricted_and_chosen_at_random()
    {
        (await Send(Config with { IncludedStatusCodes = [404] }, "/users/7")).Status.ShouldBe(404);
        (await Send(Config with { IncludedStatusCodes = [500] }, "/users/7")).Answer!.Error!.Message.ShouldBe("No examples exist in API specification for this resource");
        var seen = new HashSet<int>();
        for (var i = 0; i < 200 && seen.Count < 2; i++) seen.Add((await Send(Config with { RandomStatusCode = true }, "/users/7")).Status);
        seen.ShouldBe([200, 404], ignoreOrder: true);
    }

    [Fact]
    public async Task Examples_may_be_chosen_at_random()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 200 && seen.Count < 2; i++) seen.Add(Encoding.UTF8.GetString((await Send(Config with { RandomExamples = true }, "/users/7")).Answer!.Body.Span));
        seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Paths_may_stand_under_a_base_path() => (await Send(Config with { IncludeBasePath = true }, "/v1/users/7")).Status.ShouldBe(200);

    [Theory]
    [InlineData("X-Kong-Mocking-Delay: 500", 500)]
    [InlineData(null, 2000)]
    public async Task Answers_wait(string? header, int milliseconds)
    {
        var time = new ManualTime();
        var harness = new PluginHarness(time: time).Use("mocking", Config with { RandomDelay = true, MinDelayTime = 2, MaxDelayTime = 2 });
        var sending = harness.SendAsync("/users/7", headers: Headers(header));
        time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        sending.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(2));
        (await sending).Status.ShouldBe(200);
    }

    [Fact]
    public void A_broken_document_is_refused_when_the_configuration_is_read()
    {
        Problem("{api_specification: '{\"openapi\":\"3.0.0\",\"paths\":{\"x\":{}}}'}").ShouldContain("/paths/x: a path must start with '/'");
        Problem("{api_specification_filename: /nowhere/at/all.yaml}").ShouldContain("cannot be read");
        Problem("{random_delay: true, min_delay_time: 2, api_specification: '{\"openapi\":\"3.0.0\",\"paths\":{}}'}").ShouldContain("must not be greater than max_delay_time");
        Problem("{}").ShouldContain("at least one of these fields must be non-empty");

        static string Problem(string config) => Files.Problems($"_format_version: '3.0'\nplugins: [{{name: mocking, config: {config}}}]").ShouldHaveSingleItem().ToString();
    }

    private static Task<PluginResult> Send(MockingConfig config, string target, string method = "GET", string? header = null) =>
        new PluginHarness().Use("mocking", config).SendAsync(target, method, Headers(header));

    private static (string Name, string Value)[]? Headers(string? header) => header?.Split(": ", 2) is [var name, var value] ? [(name, value)] : null;
}
