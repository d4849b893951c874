using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.RequestTermination;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Pipeline;

public class ExchangeProcessorTests
{
    [Fact]
    public async Task A_plugin_that_fails_on_every_response_leaves_a_plain_500()
    {
        var failing = new FailingPlugin();
        var (status, body) = await AnswerAsync(failing);
        status.ShouldBe(500);
        body.ShouldContain("An unexpected error occurred");
        failing.Recorded.ShouldBe(1);
    }

    [Fact]
    public async Task Without_it_the_request_is_answered_as_usual()
    {
        var (status, body) = await AnswerAsync(null);
        status.ShouldBe(404);
        body.ShouldContain("no Route matched with those values");
    }

    /// <summary>What a request that matches no route is answered, with <paramref name="plugin"/> as global middleware.</summary>
    private static async Task<(int Status, string Body)> AnswerAsync(FailingPlugin? plugin)
    {
        var snapshot = new GatewaySnapshot
        {
            Document = new GatewayDocument(),
            Settings = new GatewaySettings(),
            Router = RouterFactory.Build(RouterFlavor.TraditionalCompatible, []),
            UnmatchedPlan = new PluginPlan(plugin is null ? [] : [new PlannedPlugin(RequestTerminationPlugin.Descriptor, plugin, new PluginConfig())], null),
        };
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpConnectionFeature>(new HttpConnectionFeature());
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = "/nowhere";
        http.Request.Method = "GET";
        http.Request.Protocol = "HTTP/1.1";
        http.Request.Headers.Host = "gateway.test";
        var sent = new MemoryStream();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(sent));
        var exchange = new Exchange(http, null);
        exchange.Begin(snapshot);
        var processor = new ExchangeProcessor(NullLogger<ExchangeProcessor>.Instance);
        await processor.ProcessAsync(exchange);
        await http.Response.BodyWriter.FlushAsync();
        processor.Record(exchange);
        return (http.Response.StatusCode, Encoding.UTF8.GetString(sent.ToArray()));
    }

    private sealed class FailingPlugin : Plugin
    {
        public int Recorded { get; private set; }

        public override void Respond(Exchange exchange) => throw new InvalidOperationException("fails always");

        public override void Record(Exchange exchange) => Recorded++;
    }
}
