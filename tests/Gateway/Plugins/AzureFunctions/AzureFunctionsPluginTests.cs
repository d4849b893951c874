using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.AzureFunctions;

namespace Sluice.Gateway.Tests.Plugins.AzureFunctions;

public sealed class AzureFunctionsPluginTests
{
    [Fact]
    public async Task The_function_gets_the_request_with_the_gateways_key()
    {
        await using var azure = await HttpStandIn.StartAsync();
        azure.Answer = (_, response) =>
        {
            response.StatusCode = 202;
            response.Headers["X-F"] = "f";
            return response.WriteAsync("done");
        };
        var config = new AzureFunctionsConfig
        {
            // Together 127.0.0.1 and the port.
            Appname = "127.0.0",
            Hostdomain = $"1:{azure.Port}",
            Https = false,
            Routeprefix = "/api/",
            Functionname = "/orders/",
            Apikey = "k",
            Clientid = "c",
        };
        var result = await new PluginHarness().Use("azure-functions", config)
            .SendAsync("/x?a=1", "POST", [("Content-Type", "text/plain"), ("x-functions-key", "mine"), ("X-A", "1")], "body"u8.ToArray());
        var request = await azure.ReceiveAsync();
        (request.Method, request.Target, request.Text, request.Header("content-type")).ShouldBe(("POST", "/api/orders?a=1", "body", "text/plain"));
        (request.Header("x-functions-key"), request.Header("x-functions-clientid"), request.Header("x-a")).ShouldBe(("k", "c", "1"));
        request.Header("host").ShouldBe($"127.0.0.1:{azure.Port}");
        (result.Status, result.Body, result.Header("X-F")).ShouldBe((202, "done", "f"));
    }

    [Fact]
    public async Task A_function_that_cannot_be_called_is_an_error()
    {
        var config = new AzureFunctionsConfig { Appname = "127.0.0", Hostdomain = "1:1", Https = false, Functionname = "f" };
        (await new PluginHarness().Use("azure-functions", config).SendAsync()).Answer!.Error.ShouldBe(GatewayErrors.Unexpected);
    }
}
