using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>What a client puts into captures, queries and fields comes out of plugins' templates as one value, never as a line of its own.</summary>
public sealed class HeaderInjectionTests(HeaderInjectionTests.TemplatingGateway gateway) : IClassFixture<HeaderInjectionTests.TemplatingGateway>
{
    [Theory]
    [InlineData("/CAPTURE/a%0d%0aX-Evil:%20yes%0d%0a%0d%0aGET%20/evil%20HTTP/1.1%0d%0a")]
    [InlineData("/CAPTURE/a?q=b%0d%0aX-Evil:%20yes%0d%0a%0d%0aGET%20/evil%20HTTP/1.1%0d%0a")]
    [InlineData("/CAPTURE/a?q=b%0aX-Evil:%20yes")]
    [InlineData("/CAPTURE/a?q=%c4%8d%c4%8aX-Evil:%20yes")]
    [InlineData("/CAPTURE/a?q=%E5%98%8D%E5%98%8AX-Evil:%20yes")]
    public async Task No_line_is_ended_upstream_or_downstream(string target)
    {
        var sluice = await gateway.On("epoll");
        var heads = new List<string>();
        var path = gateway.Script((head, connection) =>
        {
            heads.Add(head);
            return ScriptedUpstream.RespondAsync(connection, "ok");
        });
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET {target.Replace("/CAPTURE", path)} HTTP/1.1\r\nHost: a\r\nX-Kong-Evil: x\r\n\r\n");
        var (answer, body) = await client.ReadResponseAsync();
        answer.Split("\r\n").ShouldNotContain(l => l.StartsWith("X-Evil", StringComparison.OrdinalIgnoreCase));
        if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            answer.ShouldStartWith("HTTP/1.1 400 ");
            return;
        }

        body.ShouldBe("ok");
        heads.Count.ShouldBe(1);
        heads[0].ShouldContain("X-Templated: ");
        heads[0].Split("\r\n").ShouldNotContain(l => l.StartsWith("X-Evil", StringComparison.OrdinalIgnoreCase));
        heads[0].ShouldNotContain("\nX-Evil", Case.Insensitive);
        heads[0].ShouldNotContain("\nGET", Case.Insensitive);
    }

    /// <summary>Where a plugin writes the request line and the fields anew, they stay what they are.</summary>
    [Fact]
    public async Task Nothing_that_Connection_names_removes_what_the_gateway_says()
    {
        var sluice = await gateway.On("epoll");
        string? seen = null;
        var path = gateway.Script((head, connection) =>
        {
            seen = head;
            return ScriptedUpstream.RespondAsync(connection, "ok");
        });
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET {path}/a HTTP/1.1\r\nHost: a\r\nConnection: X-Forwarded-For, X-Real-IP, X-Kong-Request-Id, Host, X-Drop\r\nX-Drop: y\r\nX_Forwarded_For: 6.6.6.6\r\n\r\n");
        await client.ReadResponseAsync();
        seen.ShouldNotBeNull();
        seen.ShouldContain("X-Forwarded-For: 127.0.0.1\r\n");
        seen.ShouldContain("X-Real-IP: 127.0.0.1\r\n");
        seen.ShouldContain("X-Kong-Request-Id: ");
        seen.ShouldContain("Host: ");
        seen.ShouldNotContain("X-Drop");
    }

    public sealed class TemplatingGateway : ScriptedGateway
    {
        protected override string Configuration(int port) =>
            $$$"""
            _format_version: "3.0"
            services:
            - url: http://127.0.0.1:{{{port}}}
              routes: [{paths: ["~/script-[0-9]+/(?<rest>.*)"], strip_path: false}]
              plugins:
              - name: request-transformer
                config: {add: {headers: ["X-Templated:$(uri_captures.rest or 'none') $(query_params.q or 'none')"], querystring: ["again:$(query_params.q or 'none')"]}}
              - name: response-transformer
                config: {add: {headers: ["X-Fixed:value"]}}
              - name: correlation-id
                config: {header_name: X-Kong-Evil, echo_downstream: true}
            """;
    }
}
