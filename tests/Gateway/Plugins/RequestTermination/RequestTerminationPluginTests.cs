using System.Text.Json;
using Sluice.Gateway.Plugins.RequestTermination;

namespace Sluice.Gateway.Tests.Plugins.RequestTermination;

public class RequestTerminationPluginTests
{
    [Theory]
    [InlineData(503, """{"message":"Service unavailable"}""")]
    [InlineData(405, """{"message":"Method not allowed"}""")]
    [InlineData(200, "")]
    [InlineData(418, "")]
    [InlineData(403, "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n")]
    public async Task Without_a_message_the_body_is_Kongs(int status, string body)
    {
        var result = await Send(new RequestTerminationConfig { StatusCode = status });
        result.Status.ShouldBe(status);
        result.Body.ShouldBe(body);
    }

    [Theory]
    [InlineData(400, "Bad request")]
    [InlineData(504, "The upstream server is timing out")]
    public async Task Some_statuses_have_error_pages(int status, string message) =>
        (await Send(new RequestTerminationConfig { StatusCode = status })).Answer!.Error!.ShouldSatisfyAllConditions(
            e => e.TextFirst.ShouldBeTrue(), e => e.Message.ShouldBe(message));

    [Fact]
    public async Task Message_and_body_are_sent_as_configured()
    {
        var message = await Send(new RequestTerminationConfig { StatusCode = 403, Message = "So \"long\" <b>" });
        message.Body.ShouldBe("""{"message":"So \"long\" <b>"}""");
        message.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        var body = await Send(new RequestTerminationConfig { StatusCode = 200, Body = "<h1>é</h1>", ContentType = "text/html" });
        body.Body.ShouldBe("<h1>é</h1>");

        // The charset is added after the response stages, as in nginx, so that they see the type as configured.
        body.Header("Content-Type").ShouldBe("text/html");
    }

    [Theory]
    [InlineData("/", null, false)]
    [InlineData("/?x-stop", null, true)]
    [InlineData("/?X-STOP=1", null, false)]
    [InlineData("/", "X-Stop", true)]
    public async Task A_trigger_limits_it_to_some_requests(string target, string? header, bool terminated)
    {
        var result = await new PluginHarness().Use("request-termination", new RequestTerminationConfig { StatusCode = 418, Trigger = "x-stop" })
            .SendAsync(target, headers: header is null ? null : [(header, "")]);
        result.Status.ShouldBe(terminated ? 418 : 200);
    }

    [Fact]
    public async Task The_echo_shows_the_request_and_what_it_matched()
    {
        var result = await new PluginHarness().Use("request-termination", new RequestTerminationConfig { StatusCode = 404, Echo = true, Trigger = "dbg" })
            .SendAsync("/a?dbg=1&x=1&x=2", "POST", body: "hello"u8.ToArray());
        var echo = JsonDocument.Parse(result.Body).RootElement;
        result.Status.ShouldBe(404);
        echo.GetProperty("message").GetString().ShouldBe("Not found");
        var request = echo.GetProperty("request");
        request.GetProperty("path").GetString().ShouldBe("/a");
        request.GetProperty("raw_body").GetString().ShouldBe("hello");
        request.GetProperty("query").GetProperty("x").GetArrayLength().ShouldBe(2);
        echo.GetProperty("matched_route").GetProperty("name").GetString().ShouldBe("route");
        echo.GetProperty("matched_service").GetProperty("host").GetString().ShouldBe("upstream.test");
    }

    [Theory]
    [InlineData("m", null, "b", "message cannot be used")]
    [InlineData(null, "text/plain", null, "content_type requires a body")]
    public void Contradictions_are_named(string? message, string? type, string? body, string problem)
    {
        var problems = new List<string>();
        new RequestTerminationConfig { Message = message, ContentType = type, Body = body }.Check((_, m) => problems.Add(m));
        problems.ShouldContain(p => p.Contains(problem, StringComparison.Ordinal));
    }

    private static Task<PluginResult> Send(RequestTerminationConfig config) => new PluginHarness().Use("request-termination", config).SendAsync();
}
