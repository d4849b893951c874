using Sluice.Foundation.Storage;

namespace Sluice.Control.Tests.ConfigApi;

public sealed class ServicesTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_service_has_balancing_circuit_checks_and_endpoints(DatabaseKind kind)
    {
        await using var app = await ConfigApp.StartAsync(kind);
        var made = (await app.SendAsync("POST", "config/services",
            """
            {"name": "user-service", "protocol": "http", "load_balancer_type": "least_connections",
             "circuit_breaker_config": {"max_requests": 100, "interval": "60s", "timeout": "30s", "error_threshold": 0.5},
             "health_check_config": {"path": "/health", "interval": "10s", "timeout": "5s", "unhealthy_threshold": 3, "healthy_threshold": 2},
             "endpoints": [{"host": "127.0.0.1", "port": 8080, "weight": 1}, {"host": "127.0.0.2", "port": 8080, "weight": 1}]}
            """, 201))["data"]!;
        ((string)made["load_balancer_type"]!).ShouldBe("least_connections");
        ((string)made["circuit_breaker_config"]!["interval"]!).ShouldBe("60s");
        made["circuit_breaker"]!["interval"]!.GetValue<int>().ShouldBe(60000);
        ((string)made["health_check_config"]!["timeout"]!).ShouldBe("5s");
        var endpoints = made["endpoints"]!.AsArray();
        endpoints.Select(e => $"{e!["host"]}:{e["port"]} {e["weight"]}").ShouldBe(["127.0.0.1:8080 1", "127.0.0.2:8080 1"]);
        endpoints.ShouldAllBe(e => e!["healthy"]!.GetValue<bool>() && new Guid((string)e["id"]!) != Guid.Empty);

        var service = app.Runtime.Current.Services.ShouldHaveSingleItem();
        service.CircuitBreaker!.Config.MaxRequests.ShouldBe(100);
        service.Balancer.GetStatus().Algorithm.ShouldBe("least-connections");
        service.Balancer.GetStatus().Targets.Count.ShouldBe(2);
        service.Balancer.GetStatus().HealthChecksOn.ShouldBeTrue();
    }

    [Fact]
    public async Task Endpoints_come_and_go_one_by_one()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/services", """{"name": "s"}""", 201);
        (await app.GetAsync("config/services/s/endpoints"))["data"]!.AsArray().ShouldBeEmpty();
        var one = (await app.SendAsync("POST", "config/services/s/endpoints", """{"host": "127.0.0.1", "port": 8080}""", 201))["data"]!;
        await app.SendAsync("POST", "config/services/s/endpoints", """{"address": "127.0.0.2:8080", "weight": 5}""", 201);
        ((string)(await app.SendAsync("POST", "config/services/s/endpoints", """{"host": "127.0.0.2", "port": 8080}""", 409))["error"]!["code"]!).ShouldBe("ENDPOINT_EXISTS");
        app.Runtime.Current.Services[0].Balancer.GetStatus().Targets.Select(t => t.Weight).ShouldBe([100, 5]);
        ((string)(await app.GetAsync($"config/services/s/endpoints/{one["id"]}"))["data"]!["host"]!).ShouldBe("127.0.0.1");

        // What was read of the service with its endpoints can be written back.
        var shown = (await app.GetAsync("config/services/s"))["data"]!;
        (await app.SendAsync("PUT", "config/services/s", shown.ToJsonString()))["data"]!.ToJsonString().ShouldBe(shown.ToJsonString());
        await app.SendAsync("PATCH", "config/services/s", """{"retries": 1}""");

        await app.SendAsync("DELETE", $"config/services/s/endpoints/{one["id"]}", null, 204);
        ((string)(await app.SendAsync("DELETE", $"config/services/s/endpoints/{one["id"]}", null, 404))["error"]!["code"]!).ShouldBe("ENDPOINT_NOT_FOUND");
        await app.SendAsync("DELETE", "config/services/s/endpoints/127.0.0.2:8080", null, 204);
        (await app.GetAsync("config/services/s/endpoints"))["meta"]!["total"]!.GetValue<int>().ShouldBe(0);
        app.Runtime.Current.Services[0].Balancer.GetStatus().Targets.ShouldBeEmpty();
        var error = (await app.SendAsync("POST", "config/services/s/endpoints", """{"host": "a b", "port": 0, "x": 1}""", 400))["error"]!;
        error["details"]!["problems"]!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_host_of_a_service_is_its_first_endpoint()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/services", """{"name": "s", "url": "http://127.0.0.1:8080/base"}""", 201);
        (await app.GetAsync("config/services/s/endpoints"))["data"]!.AsArray().Select(e => (string)e!["address"]!).ShouldBe(["127.0.0.1:8080"]);
        await app.SendAsync("POST", "config/services/s/endpoints", """{"host": "127.0.0.2", "port": 8080}""", 201);
        app.Runtime.Current.Services[0].Balancer.GetStatus().Targets.Select(t => t.Host).ShouldBe(["127.0.0.1", "127.0.0.2"]);
    }

    [Fact]
    public async Task What_an_upstream_has_is_shown_and_changed_there()
    {
        await using var app = await ConfigApp.StartAsync();
        var http = await app.RawAsync("POST", "/api/v1/config/releases",
            """
            {"_format_version": "3.0", "services": [{"name": "s", "host": "u.internal"}],
             "upstreams": [{"name": "u.internal", "targets": [{"target": "127.0.0.1:1"}, {"target": "127.0.0.2:1"}]}]}
            """);
        http.EnsureSuccessStatusCode();
        var shown = (await app.GetAsync("config/services/s"))["data"]!;
        shown["endpoints"]!.AsArray().Count.ShouldBe(2);
        ((string)shown["load_balancer_type"]!).ShouldBe("round_robin");

        var changed = (await app.SendAsync("PATCH", "config/services/s",
            """
            {"load_balancer_type": "random", "health_check_config": {"path": "/h", "interval": "10s", "timeout": "2s", "unhealthy_threshold": 3, "healthy_threshold": 2},
             "endpoints": [{"host": "127.0.0.2", "port": 1, "weight": 7}, {"host": "127.0.0.3", "port": 1}]}
            """))["data"]!;
        ((string)changed["load_balancer_type"]!).ShouldBe("random");
        ((string)changed["health_check_config"]!["interval"]!).ShouldBe("10s");
        changed["endpoints"]!.AsArray().Select(e => $"{e!["host"]} {e["weight"]}").ShouldBe(["127.0.0.2 7", "127.0.0.3 100"]);
        var status = app.Runtime.Current.Upstreams.ShouldHaveSingleItem().Balancer.GetStatus();
        status.Algorithm.ShouldBe("random");
        status.HealthChecksOn.ShouldBeTrue();
        status.Targets.Select(t => t.Weight).ShouldBe([7, 100]);
        await app.SendAsync("PUT", "config/services/s", changed.ToJsonString());
        await app.SendAsync("DELETE", $"config/services/s/endpoints/{changed["endpoints"]![0]!["id"]}", null, 204);
        app.Runtime.Current.Upstreams[0].Balancer.GetStatus().Targets.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Wrong_values_are_told_where_they_stand()
    {
        await using var app = await ConfigApp.StartAsync();
        var error = (await app.SendAsync("POST", "config/services",
            """{"name": "s", "load_balancer_type": "best", "circuit_breaker_config": {"interval": "soon"}, "endpoints": [{"host": "a"}]}""", 400))["error"]!;
        error["details"]!["problems"]!.AsArray().Select(p => (string)p!["field"]!).ShouldBe(["load_balancer_type", "circuit_breaker_config.interval", "endpoints[0].port"], ignoreOrder: true);
        error = (await app.SendAsync("POST", "config/services", """{"name": "s", "circuit_breaker_config": {"error_threshold": 7}}""", 400))["error"]!;
        ((string)error["field"]!).ShouldBe("circuit_breaker_config.error_threshold");
        await app.SendAsync("POST", "config/services", """{"name": "s"}""", 201);
        await app.SendAsync("POST", "config/routes", """{"path": "/a", "service_id": "s"}""", 201);
        ((string)(await app.SendAsync("DELETE", "config/services/s", null, 409))["error"]!["code"]!).ShouldBe("SERVICE_IN_USE");
    }
}
