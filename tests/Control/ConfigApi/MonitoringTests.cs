namespace Sluice.Control.Tests.ConfigApi;

public sealed class MonitoringTests
{
    private static async Task<ConfigApp> StartAsync()
    {
        var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/services", """{"name": "s", "circuit_breaker_config": {"timeout": "5s"}, "endpoints": [{"host": "127.0.0.1", "port": 9}]}""", 201);
        await app.SendAsync("POST", "config/routes", """{"name": "orders", "path": "/orders/*", "hosts": ["api.test"], "service_id": "s"}""", 201);
        await app.SendAsync("POST", "config/routes", """{"name": "other", "path": "/orders/*", "hosts": ["other.test"], "service_id": "s"}""", 201);
        await app.SendAsync("POST", "config/middleware", """{"name": "keys", "type": "key-auth", "scope": {"service": "s"}}""", 201);
        await app.SendAsync("POST", "config/middleware", """{"name": "limit", "type": "rate-limiting", "config": {"minute": 5}}""", 201);
        await app.SendAsync("POST", "config/consumers", """{"username": "ann"}""", 201);
        return app;
    }

    [Fact]
    public async Task Health_is_told_of_services_routes_and_circuits()
    {
        await using var app = await StartAsync();
        var all = (await app.GetAsync("health"))["data"]!;
        ((string)all["status"]!).ShouldBe("healthy");
        all["services"]!["total"]!.GetValue<int>().ShouldBe(1);
        all["routes"]!.GetValue<int>().ShouldBe(2);
        var service = (await app.GetAsync("health/services"))["data"]![0]!;
        ((string)service["name"]!).ShouldBe("s");
        service["targets"]![0]!["port"]!.GetValue<int>().ShouldBe(9);
        ((string)(await app.GetAsync("health/services/s"))["data"]!["circuit"]!).ShouldBe("closed");
        ((string)(await app.GetAsync("health/services/none", 404))["error"]!["code"]!).ShouldBe("SERVICE_NOT_FOUND");
        var circuit = (await app.GetAsync("health/circuit-breakers"))["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)circuit["state"]!).ShouldBe("closed");
        ((string)circuit["config"]!["timeout"]!).ShouldBe("5s");
        await app.SendAsync("POST", "config/routes/other/disable");
        (await app.GetAsync("health/routes"))["data"]!.AsArray().Select(r => (string)r!["status"]!).ShouldBe(["healthy", "disabled"]);
    }

    [Fact]
    public async Task Metrics_are_there_before_the_first_request()
    {
        await using var app = await StartAsync();
        var all = (await app.GetAsync("metrics"))["data"]!;
        all["gateway_requests_total"]!.AsArray().ShouldBeEmpty();
        all["gateway_circuit_state"]!.AsArray().Count.ShouldBe(1);
        (await app.GetAsync("metrics/routes/orders"))["data"]!["totals"]!["gateway_requests_total"]!.GetValue<int>().ShouldBe(0);
        (await app.GetAsync("metrics/services/s"))["data"]!["totals"]!["gateway_request_duration_seconds"]!["count"]!.GetValue<int>().ShouldBe(0);
        (await app.GetAsync("metrics/middleware/limit"))["data"]!["routes"]!.AsArray().Select(r => (string)r!).ShouldBe(["orders", "other"]);
        await app.GetAsync("metrics/middleware/none", 404);
    }

    [Fact]
    public async Task An_explanation_names_route_middleware_and_endpoint()
    {
        await using var app = await StartAsync();
        var told = (await app.SendAsync("POST", "explain", """{"method": "GET", "url": "http://api.test/orders/7", "headers": {"X-A": "1"}, "consumer": "ann"}"""))["data"]!;
        told["matched"]!.GetValue<bool>().ShouldBeTrue();
        ((string)told["route"]!["name"]!).ShouldBe("orders");
        told["routes"]!.AsArray().ShouldContain(r => (string)r!["name"]! == "other" && ((string)r["reason"]!).Contains("host"));
        told["middleware"]!.AsArray().Select(m => $"{m!["type"]} {m["scope"]}").ShouldBe(["key-auth on service \"s\"", "rate-limiting global"]);
        told["middleware"]![1]!["config"]!["minute"]!.GetValue<int>().ShouldBe(5);
        ((string)told["endpoint"]!["chosen_by"]!).ShouldBe("round-robin");

        var unmatched = (await app.GetAsync("explain?url=http://nobody.test/&header=X-A:1"))["data"]!;
        unmatched["matched"]!.GetValue<bool>().ShouldBeFalse();
        await app.GetAsync("explain?url=nonsense", 400);
        await app.GetAsync("explain?url=http:x", 400);
        await app.SendAsync("POST", "explain", """{"url": "http://a/", "consumer": "nobody"}""", 422);
        await app.SendAsync("POST", "explain", """{"url": "http://a/", "headers": {"a b": "c"}}""", 400);
    }

    [Fact]
    public async Task Plugins_have_schemas()
    {
        await using var app = await ConfigApp.StartAsync();
        var plugins = (await app.GetAsync("plugins"))["data"]!.AsArray();
        plugins.Count.ShouldBe(Gateway.Pipeline.PluginCatalog.All.Count);
        foreach (var plugin in plugins)
            (await app.GetAsync($"plugins/{plugin!["name"]}/schema"))["data"]!["properties"].ShouldNotBeNull();
        ((string)(await app.GetAsync("plugins/none", 404))["error"]!["code"]!).ShouldBe("PLUGIN_NOT_FOUND");
    }
}
