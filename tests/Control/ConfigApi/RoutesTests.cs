using System.Text.Json.Nodes;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Tests.ConfigApi;

public sealed class RoutesTests
{
    private const string Service = """{"name": "user-service", "protocol": "http", "host": "127.0.0.1", "port": 9}""";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_route_is_created_shown_changed_and_deleted(DatabaseKind kind)
    {
        await using var app = await ConfigApp.StartAsync(kind);
        await app.SendAsync("POST", "config/services", Service, 201);
        await app.SendAsync("POST", "config/pipelines", """{"name": "auth-pipeline", "middleware": [{"type": "key-auth"}]}""", 201);
        await app.SendAsync("POST", "config/policies", """{"name": "rate-limit-policy", "middleware": [{"type": "rate-limiting", "config": {"minute": 5}}]}""", 201);
        var made = await app.SendAsync("POST", "config/routes",
            """
            {"name": "user-service-api", "path": "/api/v1/users/*", "method": "GET", "service_id": "user-service",
             "pipeline_id": "auth-pipeline", "policy_id": "rate-limit-policy", "enabled": true, "priority": 100}
            """, 201);

        made["success"]!.GetValue<bool>().ShouldBeTrue();
        var route = made["data"]!;
        string Text(string field) => (string)route[field]!;
        Text("name").ShouldBe("user-service-api");
        Text("path").ShouldBe("/api/v1/users/*");
        Text("method").ShouldBe("GET");
        Text("service_id").ShouldBe("user-service");
        Text("pipeline_id").ShouldBe("auth-pipeline");
        Text("policy_id").ShouldBe("rate-limit-policy");
        route["enabled"]!.GetValue<bool>().ShouldBeTrue();
        route["priority"]!.GetValue<int>().ShouldBe(100);
        DateTimeOffset.Parse(Text("created_at"), System.Globalization.CultureInfo.InvariantCulture).Offset.ShouldBe(TimeSpan.Zero);
        route["paths"]!.ToJsonString().ShouldBe("""["/api/v1/users/"]""");
        route["methods"]!.ToJsonString().ShouldBe("""["GET"]""");

        var id = Text("id");
        (await app.GetAsync("config/routes/" + id))["data"]!.ToJsonString().ShouldBe((await app.GetAsync("config/routes/user-service-api"))["data"]!.ToJsonString());
        var plan = app.Runtime.Current.Routes.ShouldHaveSingleItem().Plan;
        plan.Plugins.Select(p => p.Descriptor.Name).ShouldBe(["key-auth", "rate-limiting"]);

        var changed = (await app.SendAsync("PATCH", "config/routes/" + id, """{"method": "GET,POST", "path": "/users/{id}"}"""))["data"]!;
        changed["methods"]!.ToJsonString().ShouldBe("""["GET","POST"]""");
        ((string)changed["path"]!).ShouldBe("/users/{id}");
        ((string)changed["service_id"]!).ShouldBe("user-service");
        await app.SendAsync("DELETE", "config/routes/" + id, null, 204);
        ((string)(await app.GetAsync("config/routes/" + id, 404))["error"]!["code"]!).ShouldBe("ROUTE_NOT_FOUND");
    }

    [Fact]
    public async Task What_was_read_can_be_written_back_and_changes_nothing()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/services", Service, 201);
        await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a/:id/*", "service_id": "user-service", "hosts": ["a.test"], "headers": {"x-v": ["1"]}}""", 201);
        await app.SendAsync("POST", "config/middleware", """{"name": "limit", "type": "rate-limiting", "config": {"minute": 5}, "order": 1, "enabled": true, "scope": {"route": "r"}}""", 201);
        await app.SendAsync("POST", "config/pipelines", """{"name": "p", "middleware": [{"type": "cors"}], "parallel": false}""", 201);
        await app.SendAsync("POST", "config/consumers", """{"username": "ann", "tags": ["x"]}""", 201);
        var before = app.Releases.Current.Release.Number;
        foreach (var path in (string[])["services/user-service", "routes/r", "middleware/limit", "pipelines/p", "consumers/ann"])
        {
            var shown = (await app.GetAsync("config/" + path))["data"]!;
            var written = await app.SendAsync("PUT", "config/" + path, shown.ToJsonString());
            written["data"]!.ToJsonString().ShouldBe(shown.ToJsonString());
            await app.SendAsync("PATCH", "config/" + path, shown.ToJsonString());
        }
        app.Releases.Current.Release.Number.ShouldBe(before);
    }

    [Fact]
    public async Task A_changed_short_field_counts_against_a_full_one_that_was_only_read()
    {
        await using var app = await ConfigApp.StartAsync();
        var shown = (await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a/*", "method": "GET"}""", 201))["data"]!;
        shown["path"] = "/b/*";
        shown["methods"] = new JsonArray("POST");
        var changed = (await app.SendAsync("PUT", "config/routes/r", shown.ToJsonString()))["data"]!;
        changed["paths"]!.ToJsonString().ShouldBe("""["/b/"]""");
        ((string)changed["method"]!).ShouldBe("POST");

        changed["path"] = "/c/*";
        changed["paths"] = new JsonArray("/d");
        var error = (await app.SendAsync("PUT", "config/routes/r", changed.ToJsonString(), 400))["error"]!;
        ((string)error["field"]!).ShouldBe("path");
    }

    [Fact]
    public async Task A_disabled_route_is_in_no_routing_table()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a/*"}""", 201);
        (await app.SendAsync("POST", "config/routes/r/disable"))["data"]!["enabled"]!.GetValue<bool>().ShouldBeFalse();
        app.Runtime.Current.Routes.ShouldBeEmpty();
        (await app.SendAsync("POST", "config/routes/r/enable"))["data"]!["enabled"]!.GetValue<bool>().ShouldBeTrue();
        app.Runtime.Current.Routes.Count.ShouldBe(1);
        await app.SendAsync("POST", "config/routes/other/enable", null, 404);
    }

    [Fact]
    public async Task All_problems_are_told_in_the_words_of_the_body()
    {
        await using var app = await ConfigApp.StartAsync();
        var error = (await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "a", "method": "G T", "strip_path": 3, "nonsense": 1}""", 400))["error"]!;
        ((string)error["code"]!).ShouldBe("VALIDATION_FAILED");
        var fields = error["details"]!["problems"]!.AsArray().Select(p => (string)p!["field"]!).ToList();
        fields.ShouldContain("path");
        error = (await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a", "method": "G T", "strip_path": 3, "nonsense": 1}""", 400))["error"]!;
        error["details"]!["problems"]!.AsArray().Select(p => (string)p!["field"]!).ShouldBe(["method", "strip_path", "nonsense"], ignoreOrder: true);
        ((string)(await app.SendAsync("POST", "config/routes", """{"name": "r"}""", 400))["error"]!["code"]!).ShouldBe("INVALID_ROUTE");
        ((string)(await app.SendAsync("POST", "config/routes", """{"path": "/a", "service_id": "nobody"}""", 422))["error"]!["code"]!).ShouldBe("SERVICE_NOT_FOUND");
        ((string)(await app.SendAsync("POST", "config/routes", """{"path": "/a", "pipeline_id": "nothing"}""", 422))["error"]!["code"]!).ShouldBe("PIPELINE_NOT_FOUND");
        await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a"}""", 201);
        ((string)(await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/b"}""", 409))["error"]!["code"]!).ShouldBe("ROUTE_EXISTS");
    }

    [Fact]
    public async Task Lists_have_pages_and_filters()
    {
        await using var app = await ConfigApp.StartAsync();
        for (var i = 0; i < 5; i++)
            await app.SendAsync("POST", "config/routes", $$"""{"name": "r{{i}}", "path": "/a{{i}}/*", "tags": ["{{(i % 2 == 0 ? "even" : "odd")}}", "all"]}""", 201);
        var page = await app.GetAsync("config/routes?page=2&per_page=2");
        page["data"]!.AsArray().Select(r => (string)r!["name"]!).ShouldBe(["r2", "r3"]);
        page["meta"]!["total"]!.GetValue<int>().ShouldBe(5);
        page["meta"]!["page"]!.GetValue<int>().ShouldBe(2);
        page["meta"]!["per_page"]!.GetValue<int>().ShouldBe(2);
        (await app.GetAsync("config/routes?tags=odd,all"))["data"]!.AsArray().Count.ShouldBe(2);
        (await app.GetAsync("config/routes?tags=odd/even"))["data"]!.AsArray().Count.ShouldBe(5);
        (await app.GetAsync("config/routes?q=A3"))["data"]!.AsArray().Select(r => (string)r!["name"]!).ShouldBe(["r3"]);
        ((string)(await app.GetAsync("config/routes?per_page=0", 400))["error"]!["field"]!).ShouldBe("per_page");
    }

    [Fact]
    public async Task Changes_on_an_older_state_are_refused()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/routes", """{"name": "r", "path": "/a"}""", 201);
        using var first = await app.RawAsync("GET", "/api/v1/config/routes/r");
        var tag = first.Headers.ETag!.Tag;
        using var again = await app.RawAsync("GET", "/api/v1/config/routes/r", ifNoneMatch: tag);
        ((int)again.StatusCode).ShouldBe(304);

        // Another object is another matter.
        await app.SendAsync("POST", "config/routes", """{"name": "other", "path": "/o"}""", 201);
        await app.SendAsync("PATCH", "config/routes/r", """{"path": "/b"}""", ifMatch: tag);
        var refused = await app.SendAsync("PATCH", "config/routes/r", """{"path": "/c"}""", 412, ifMatch: tag);
        refused["error"]!["details"]!["current_release"]!.GetValue<long>().ShouldBe(app.Releases.Current.Release.Number);
        await app.SendAsync("DELETE", "config/routes/r", null, 412, ifMatch: "\"1\"");
        await app.SendAsync("PATCH", "config/routes/r", """{"path": "/c"}""", 200, ifMatch: $"\"{app.Releases.Current.Release.Number}\"");
        using var list = await app.RawAsync("GET", "/api/v1/config/routes", ifNoneMatch: $"\"{app.Releases.Current.Release.Number}\"");
        ((int)list.StatusCode).ShouldBe(304);
        await app.SendAsync("DELETE", "config/routes/r", null, 400, ifMatch: "nonsense");
    }

    [Fact]
    public async Task A_gateway_that_runs_from_a_file_shows_and_does_not_write()
    {
        await using var app = await ConfigApp.StartAsync(file: """
            _format_version: "3.0"
            routes: [{name: r, paths: [/a], service: {id: 6e0f8a3e-6f9a-4b7e-9d7e-0f1f6a3e7c11}}]
            services: [{id: 6e0f8a3e-6f9a-4b7e-9d7e-0f1f6a3e7c11, name: s, host: h.test}]
            """);
        ((string)(await app.GetAsync("config/routes/r"))["data"]!["path"]!).ShouldBe("/a*");
        ((string)(await app.SendAsync("POST", "config/routes/r/disable", null, 405))["error"]!["code"]!).ShouldBe("READ_ONLY");
    }
}
