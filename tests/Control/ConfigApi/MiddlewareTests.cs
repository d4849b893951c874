using Sluice.Control.Identity;

namespace Sluice.Control.Tests.ConfigApi;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middleware_has_a_type_a_name_and_a_scope()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a"}""", 201);
        var made = (await app.SendAsync("POST", "config/middleware",
            """{"name": "limit", "type": "rate-limiting", "config": {"minute": 5}, "order": 7, "scope": {"route": "r"}}""", 201))["data"]!;
        ((string)made["name"]!).ShouldBe("limit");
        ((string)made["type"]!).ShouldBe("rate-limiting");
        made["scope"]!.ToJsonString().ShouldBe("""{"route":"r"}""");
        made["order"]!.GetValue<int>().ShouldBe(Gateway.Pipeline.PluginCatalog.OrderOf("rate-limiting"));
        made["config"]!["minute"]!.GetValue<int>().ShouldBe(5);

        // Kong's words.
        var kongs = (await app.SendAsync("POST", "config/middleware", """{"name": "cors"}""", 201))["data"]!;
        ((string)kongs["type"]!).ShouldBe("cors");
        ((string)kongs["scope"]!).ShouldBe("global");

        var moved = (await app.SendAsync("PATCH", "config/middleware/limit", """{"scope": "global", "config": {"minute": 6}, "name": "all"}"""))["data"]!;
        ((string)moved["scope"]!).ShouldBe("global");
        ((string)moved["name"]!).ShouldBe("all");
        moved["config"]!["minute"]!.GetValue<int>().ShouldBe(6);
        moved["route"].ShouldBeNull();
        ((string)(await app.SendAsync("POST", "config/middleware", """{"type": "no-such"}""", 400))["error"]!["field"]!).ShouldBe("type");
        ((string)(await app.SendAsync("POST", "config/middleware", """{"type": "cors", "scope": {"route": "none"}}""", 422))["error"]!["code"]!).ShouldBe("ROUTE_NOT_FOUND");
        ((string)(await app.SendAsync("POST", "config/middleware", """{"type": "rate-limiting", "config": {"minute": -1}, "scope": {"route": "r"}}""", 400))["error"]!["field"]!).ShouldStartWith("config");
        ((string)(await app.SendAsync("POST", "config/middleware", """{"type": "cors"}""", 409))["error"]!["code"]!).ShouldBe("MIDDLEWARE_EXISTS");
    }

    [Fact]
    public async Task Pipelines_hold_middleware()
    {
        await using var app = await ConfigApp.StartAsync();
        var made = (await app.SendAsync("POST", "config/pipelines", """{"name": "p", "middleware": [{"type": "rate-limiting", "config": {"minute": 1}}, {"type": "key-auth", "name": "keys"}]}""", 201))["data"]!;
        made["middleware"]!.AsArray().Select(m => (string)m!["type"]!).ShouldBe(["key-auth", "rate-limiting"]);
        made["middleware_ids"]!.AsArray().Count.ShouldBe(2);

        // The whole of it is replaced; what stays keeps its id.
        var changed = (await app.SendAsync("PATCH", "config/pipelines/p", """{"middleware": [{"type": "rate-limiting", "config": {"minute": 2}}, {"type": "cors"}]}"""))["data"]!;
        changed["middleware"]!.AsArray().Select(m => (string)m!["type"]!).ShouldBe(["cors", "rate-limiting"]);
        ((string)changed["middleware"]![1]!["id"]!).ShouldBe((string)made["middleware"]![1]!["id"]!);
        changed["middleware"]![1]!["config"]!["minute"]!.GetValue<int>().ShouldBe(2);

        var one = (await app.SendAsync("POST", "config/middleware", """{"type": "acl", "config": {"allow": ["a"]}}""", 201))["data"]!;
        var gathered = (await app.SendAsync("PATCH", "config/pipelines/p", $$"""{"middleware_ids": ["{{one["id"]}}"]}"""))["data"]!;
        gathered["middleware"]!.AsArray().Select(m => (string)m!["type"]!).ShouldBe(["acl"]);
        ((string)(await app.SendAsync("PATCH", "config/pipelines/p", """{"middleware_ids": ["nothing"]}""", 422))["error"]!["code"]!).ShouldBe("MIDDLEWARE_NOT_FOUND");
        var error = (await app.SendAsync("POST", "config/pipelines", """{"name": "q", "parallel": true, "middleware": [{"type": "rate-limiting", "config": {"minute": "x"}}]}""", 400))["error"]!;
        ((string)error["field"]!).ShouldBe("parallel");
        error = (await app.SendAsync("POST", "config/pipelines", """{"name": "q", "middleware": [{"type": "rate-limiting", "config": {"minute": "x"}}]}""", 400))["error"]!;
        ((string)error["field"]!).ShouldBe("middleware[0].config.minute");
    }

    [Fact]
    public async Task Pipelines_and_policies_are_two_lists()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/pipelines", """{"name": "p"}""", 201);
        await app.SendAsync("POST", "config/policies", """{"name": "q"}""", 201);
        (await app.GetAsync("config/policies"))["data"]!.AsArray().Select(p => (string)p!["name"]!).ShouldBe(["q"]);
        await app.GetAsync("config/policies/p", 404);
        ((string)(await app.SendAsync("POST", "config/routes", """{"path": "/a", "policy_id": "p"}""", 422))["error"]!["code"]!).ShouldBe("POLICY_NOT_FOUND");
        await app.SendAsync("POST", "config/routes", """{"path": "/a", "policy_id": "q"}""", 201);
        ((string)(await app.SendAsync("DELETE", "config/policies/q", null, 409))["error"]!["code"]!).ShouldBe("POLICY_IN_USE");
    }

    [Fact]
    public async Task Where_a_pipeline_and_a_policy_have_the_same_plugin_the_pipelines_runs()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/pipelines", """{"name": "p", "middleware": [{"type": "rate-limiting", "name": "of-pipeline", "config": {"minute": 1}}]}""", 201);
        await app.SendAsync("POST", "config/policies", """{"name": "q", "middleware": [{"type": "rate-limiting", "name": "of-policy", "config": {"minute": 2}}, {"type": "cors", "name": "cors-of-policy"}]}""", 201);
        await app.SendAsync("POST", "config/middleware", """{"type": "cors", "name": "global"}""", 201);
        await app.SendAsync("POST", "config/routes", """{"path": "/a", "pipeline_id": "p", "policy_id": "q"}""", 201);
        app.Runtime.Current.Routes.ShouldHaveSingleItem().Plan.Plugins.Select(m => m.Middleware.InstanceName).ShouldBe(["cors-of-policy", "of-pipeline"]);
    }

    [Fact]
    public async Task Limited_callers_see_and_write_only_what_is_theirs()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/services", """{"name": "others", "host": "h"}""", 201);
        app.Caller = new Caller(CallerKind.Token, "acme", Role.Operator, ["tenant:acme"]);
        (await app.GetAsync("config/services"))["data"]!.AsArray().ShouldBeEmpty();
        await app.GetAsync("config/services/others", 404);
        await app.SendAsync("DELETE", "config/services/others", null, 404);
        var mine = await app.SendAsync("POST", "config/services", """{"name": "mine", "host": "h"}""", 201);
        mine["data"]!["tags"]!.ToJsonString().ShouldBe("""["tenant:acme"]""");
        await app.SendAsync("PUT", "config/services/mine", """{"host": "h2"}""");
        await app.SendAsync("PATCH", "config/services/mine", """{"tags": ["tenant:else"]}""", 403);
        await app.SendAsync("POST", "config/routes", """{"path": "/a", "service_id": "others", "tags": ["tenant:acme"]}""", 403);
        await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a", "service_id": "mine", "tags": ["tenant:acme"]}""", 201);
        await app.SendAsync("POST", "config/middleware", """{"type": "cors", "tags": ["tenant:acme"]}""", 403);
        await app.SendAsync("POST", "config/middleware", """{"type": "cors", "tags": ["tenant:acme"], "scope": {"route": "r"}}""", 201);
    }
}
