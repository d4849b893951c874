using System.Text;
using System.Text.Json;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Pipeline;

public class ErrorBodyTests
{
    private static readonly GatewayError JsonFirst = new(404, "ROUTE_NOT_FOUND", "no \"route\" <here>", Fault.Client);
    private static readonly GatewayError TextFirst = JsonFirst with { TextFirst = true };

    [Theory]
    [InlineData(null, "application/json; charset=utf-8")]
    [InlineData("text/html", "text/html; charset=utf-8")]
    [InlineData("application/xml", "application/xml; charset=utf-8")]
    [InlineData("text/plain;q=0.4, text/html;q=0.5", "text/html; charset=utf-8")]
    [InlineData("text/*", "text/plain; charset=utf-8")]
    [InlineData("*/*", "application/json; charset=utf-8")]
    [InlineData("image/png", "application/json; charset=utf-8")]
    [InlineData("image/png, text/plain", "application/json; charset=utf-8")]
    [InlineData("text/plain, image/png", "text/plain; charset=utf-8")]
    [InlineData("image/png, text/html;q=0.9", "application/json; charset=utf-8")]
    [InlineData("text/html;q=0.5, image/png", "application/json; charset=utf-8")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8")]
    [InlineData("text/html; charset=utf-8; q=0.1, text/plain; q=0.2", "text/plain; charset=utf-8")]
    [InlineData("text/plain, text/html;q=2", "text/plain; charset=utf-8")]
    [InlineData("text/html;q=0", "application/json; charset=utf-8")]
    public void The_type_follows_accept(string? accept, string type) =>
        ErrorBody.Write(JsonFirst, "kong", accept, "id").ContentType.ShouldBe(type);

    [Fact]
    public void An_error_of_the_lower_layer_is_text_unless_asked_otherwise()
    {
        ErrorBody.Write(TextFirst, "kong", null, "id").ContentType.ShouldBe("text/plain; charset=utf-8");
        ErrorBody.Write(TextFirst, "kong", "application/json", "id").ContentType.ShouldBe("application/json; charset=utf-8");
        ErrorBody.Write(TextFirst, "kong", "", "id").ContentType.ShouldBe("application/json; charset=utf-8");
    }

    [Fact]
    public void The_message_is_escaped_in_every_type()
    {
        Body("kong", null).ShouldContain("""
            "message":"no \"route\" <here>"
            """);
        Body("kong", "text/html").ShouldContain("no &quot;route&quot; &lt;here&gt;");
        Body("kong", "application/xml").ShouldContain("no &quot;route&quot; &lt;here&gt;");
    }

    [Fact]
    public void The_envelope_has_the_code_and_the_request_id()
    {
        using var json = JsonDocument.Parse(Body("sluice", "text/html"));
        json.RootElement.GetProperty("success").GetBoolean().ShouldBeFalse();
        json.RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe("ROUTE_NOT_FOUND");
        json.RootElement.GetProperty("meta").GetProperty("request_id").GetString().ShouldBe("id");
    }

    private static string Body(string format, string? accept) => Encoding.UTF8.GetString(ErrorBody.Write(JsonFirst, format, accept, "id").Body);
}
