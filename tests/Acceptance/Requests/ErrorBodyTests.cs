using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>Every error says what was wrong and which request it was, in the form that the client takes.</summary>
public sealed class ErrorBodyTests(ScriptedGateway kong, ErrorBodyTests.EnvelopeGateway envelope)
    : IClassFixture<ScriptedGateway>, IClassFixture<ErrorBodyTests.EnvelopeGateway>
{
    [Theory]
    [InlineData("application/json", "application/json", "\"message\":\"An invalid response was received from the upstream server\"")]
    [InlineData("text/html", "text/html", "<p>An invalid response was received from the upstream server.</p>")]
    [InlineData("application/xml", "application/xml", "<message>An invalid response was received from the upstream server</message>")]
    [InlineData("text/plain", "text/plain", "An invalid response was received from the upstream server\nrequest_id: ")]
    [InlineData("text/html;q=0.1, application/xml;q=0.9", "application/xml", "<message>")]
    [InlineData("image/png", "application/json", "\"message\"")]
    public async Task An_error_is_told_in_the_form_that_is_asked_for(string accept, string type, string text)
    {
        var sluice = await kong.On("epoll");
        var (head, body) = await AskAsync(sluice, $"GET {kong.Script("garbage", close: true)} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n");
        head.ShouldStartWith("HTTP/1.1 502 ");
        head.ShouldContain($"Content-Type: {type}");
        body.ShouldContain(text);
        body.ShouldContain(IdOf(head));
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task The_envelope_has_a_code_and_the_request_id(string transport)
    {
        var sluice = await envelope.On(transport);
        foreach (var (request, status, code) in new[]
        {
            ($"GET {envelope.Script("garbage", close: true)} HTTP/1.1\r\nHost: a\r\n\r\n", 502, "UPSTREAM_INVALID_RESPONSE"),
            ($"GET {envelope.Script((_, _) => Task.Delay(RawClient.Patience))} HTTP/1.1\r\nHost: a\r\n\r\n", 504, "UPSTREAM_TIMEOUT"),
            ("GET /nowhere HTTP/1.1\r\nHost: none.test\r\n\r\n", 404, "ROUTE_NOT_FOUND"),
            ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n", 400, "BAD_REQUEST"),
            ($"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414, "URI_TOO_LONG"),
            ($"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 10).Select(i => $"X-{i}: {new string('x', 4000)}\r\n"))}\r\n", 431, "REQUEST_HEADERS_TOO_LARGE"),
            ("GET / HTTP/3.7\r\nHost: a\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED"),
        })
        {
            var (head, body) = await AskAsync(sluice, request);
            head.ShouldStartWith($"HTTP/1.1 {status} ", customMessage: request[..Math.Min(60, request.Length)]);
            var json = JsonDocument.Parse(body).RootElement;
            json.GetProperty("success").GetBoolean().ShouldBeFalse();
            json.GetProperty("error").GetProperty("code").GetString().ShouldBe(code);
            json.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
            json.GetProperty("meta").GetProperty("request_id").GetString().ShouldBe(IdOf(head));
        }
    }

    /// <summary>What a client says of itself must not become part of a page.</summary>
    [Theory]
    [InlineData("GET /<script>alert(1)</script> HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")]
    [InlineData("GET /nowhere HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nX-Kong-Request-Id: <script>\r\nX-Request-Id: <script>\r\n\r\n")]
    public async Task Nothing_of_the_request_is_repeated_in_a_page(string request)
    {
        var sluice = await envelope.On("epoll");
        (await AskAsync(sluice, request.Replace("Host: a", "Host: none.test"))).Body.ShouldNotContain("<script>");
    }

    private static string IdOf(string head) => head.Split("X-Kong-Request-Id: ")[1].Split('\r')[0];

    private static async Task<(string Head, string Body)> AskAsync(SluiceProcess sluice, string request)
    {
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync(request);
        return await client.ReadResponseAsync();
    }

    public sealed class EnvelopeGateway : ScriptedGateway
    {
        protected override string Configuration(int port) =>
            $$"""
            _format_version: "3.0"
            error_format: sluice
            services:
            - url: http://127.0.0.1:{{port}}
              read_timeout: 3000
              retries: 0
              routes: [{hosts: [a], paths: [/], strip_path: false}]
            """;
    }
}
