using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Telemetry;

public sealed class AccessLogTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"access-{Guid.NewGuid():N}.log");

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Epoll)]
    public async Task Each_exchange_is_a_line(TransportKind kind)
    {
        await using var upstream = new RawUpstream("HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello");
        await using (var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address), Settings(), kind))
        {
            await gateway.SendAsync(
                "POST /orders/7?token=secret HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: a\"b\r\nContent-Length: 3\r\nConnection: close\r\n"
                + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\nabc");
        }

        var line = Lines().ShouldHaveSingleItem();
        DateTimeOffset.Parse(Text(line, "time")).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        Text(line, "request_id").Length.ShouldBe(32);
        Text(line, "client").ShouldBe("127.0.0.1");
        Text(line, "method").ShouldBe("POST");
        Text(line, "host").ShouldBe("shop.test");
        Text(line, "path").ShouldBe("/orders/7");
        Text(line, "user_agent").ShouldBe("a\"b");
        line.TryGetProperty("query", out _).ShouldBeFalse();
        line.GetProperty("status").GetInt32().ShouldBe(201);
        line.GetProperty("bytes_in").GetInt64().ShouldBe(3);
        line.GetProperty("bytes_out").GetInt64().ShouldBe(5);
        line.GetProperty("duration_ms").GetDouble().ShouldBeGreaterThan(0);
        line.GetProperty("upstream_ms").GetDouble().ShouldBeInRange(0.001, line.GetProperty("duration_ms").GetDouble());
        line.GetProperty("tries").GetInt32().ShouldBe(1);
        Text(line, "route").ShouldBe("orders");
        Text(line, "service").ShouldBe("shop");
        Text(line, "endpoint").ShouldBe(upstream.Address.ToString());
        Text(line, "trace_id").ShouldBe("0af7651916cd43dd8448eb211c80319c");
        Text(line, "protocol").ShouldBe("HTTP/1.1");
    }

    [Fact]
    public async Task Errors_and_requests_that_cannot_be_read_are_lines_too()
    {
        await using (var gateway = await GatewayUnderTest.StartAsync(Document(new IPEndPoint(IPAddress.Loopback, 1)), Settings()))
        {
            await gateway.GetAsync("/nowhere?a=b");
            await gateway.GetAsync("/orders");
            await gateway.SendAsync("GET / HTTP/1.1\r\nBad Field: 1\r\n\r\n");
            gateway.Metrics.ShouldContain("gateway_requests_rejected_total{status_code=\"400\"} 1");
        }

        var lines = Lines();
        lines.Select(l => $"{l.GetProperty("status")} {Text(l, "error")}").ShouldBe(
            ["404 ROUTE_NOT_FOUND", "502 UPSTREAM_CONNECT_FAILED", "400 BAD_REQUEST"]);
        Text(lines[0], "path").ShouldBe("/nowhere");
        Text(lines[2], "client").ShouldBe("127.0.0.1");
    }

    [Theory]
    [InlineData("a=1&b=2", "a=*&b=*")]
    [InlineData("token", "*")]
    [InlineData("=x&&a=&b", "*&&a=&*")]
    [InlineData("", "")]
    public void Values_of_a_query_are_left_out(string query, string logged)
    {
        var names = new char[query.Length];
        new string(names, 0, AccessLog.WithoutValues(query, names)).ShouldBe(logged);
    }

    [Theory]
    [InlineData(AccessLogQuery.Names, "t=*")]
    [InlineData(AccessLogQuery.Full, "t=s")]
    public async Task Queries_are_told_as_far_as_wanted(AccessLogQuery query, string logged)
    {
        await using var upstream = new RawUpstream("HTTP/1.1 204 No Content\r\n\r\n");
        await using (var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address), Settings() with { AccessLogQuery = query }))
            await gateway.GetAsync("/orders?t=s");
        Text(Lines().ShouldHaveSingleItem(), "query").ShouldBe(logged);
    }

    [Fact]
    public void A_line_allocates_nothing_once_warm()
    {
        var exchange = new Exchange(new DefaultHttpContext(), null) { ClientAddress = IPAddress.Parse("2001:db8::1"), RawTarget = "/a?b" };
        exchange.Request.Method = "GET";
        exchange.Request.Protocol = "HTTP/1.1";
        exchange.Request.Headers.Host = "shop.test";
        exchange.Timings.Ended = 1;
        using var log = AccessLog.Open(Settings(), TimeProvider.System, NullLogger.Instance)!;

        // The memory for waiting lines grows now and then.
        Allocations.Least(() =>
        {
            for (var i = 0; i < 200; i++) log.Write(exchange);
        }).ShouldBe(0);
    }

    private static string Document(IPEndPoint upstream) => $$"""
        _format_version: "3.0"
        services:
        - name: shop
          url: http://{{upstream}}
          retries: 0
          routes:
          - {name: orders, paths: [/orders], strip_path: false}
        """;

    private GatewaySettings Settings() => new() { AccessLog = path };

    private List<JsonElement> Lines() => [.. File.ReadAllLines(path).Select(l => JsonDocument.Parse(l).RootElement)];

    private static string Text(JsonElement line, string field) => line.GetProperty(field).GetString()!;
}
