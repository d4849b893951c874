using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Pipeline;

public sealed class AnswerWriterTests
{
    private static readonly Answer Streamed = new()
    {
        Status = 200,
        ContentType = "text/event-stream",
        Stream = exchange =>
        {
            exchange.Response.BodyWriter.Write("in pieces"u8);
            return Task.CompletedTask;
        },
    };

    [Theory]
    [InlineData("GET", null, "in pieces")]
    [InlineData("HEAD", 0L, "")]
    public async Task An_answer_may_write_its_own_body(string method, long? length, string expected)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        var sent = new MemoryStream();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(sent));
        var exchange = new Exchange(http, null);
        exchange.Begin(new GatewaySnapshot { Document = new GatewayDocument(), Settings = new GatewaySettings(), UnmatchedPlan = new PluginPlan([], null) });
        await AnswerWriter.WriteAsync(exchange, Streamed);
        await http.Response.BodyWriter.FlushAsync();
        Encoding.ASCII.GetString(sent.ToArray()).ShouldBe(expected);
        (http.Response.ContentLength, http.Response.ContentType).ShouldBe((length, "text/event-stream"));
    }
}
