using System.Text.Json.Nodes;

namespace Sluice.Control.Tests.KongAdmin;

public sealed class ObjectPagesTests
{
    [Fact]
    public async Task Who_names_a_release_writes_only_while_it_is_current()
    {
        await using var api = await AdminApi.StoredAsync();
        (await api.SendAsync("POST", "/services", "name=a&host=a.test", ifMatch: "\"0\"")).Status.ShouldBe(201);
        foreach (var (method, path, body) in ((string, string, string?)[])[("POST", "/services", "name=b&host=b.test"), ("PATCH", "/services/a", "host=b.test"), ("PUT", "/services/a", "host=b.test"), ("DELETE", "/services/a", null), ("POST", "/config", "{\"_format_version\": \"3.0\"}")])
        {
            var (status, answer) = await api.SendAsync(method, path, body, ifMatch: "\"0\"");
            status.ShouldBe(412, method + path);
            ((string)answer!["message"]!).ShouldBe("release 1 is newer");
        }

        (await api.SendAsync("PATCH", "/services/a", "host=b.test", ifMatch: "nonsense")).Status.ShouldBe(412);
        (await api.SendAsync("PATCH", "/services/a", "host=b.test", ifMatch: "\"1\"")).Status.ShouldBe(200);
        (await api.SendAsync("DELETE", "/services/a", ifMatch: "*")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task The_history_says_what_was_written_without_any_key()
    {
        await using var api = await AdminApi.StoredAsync();
        await api.SendAsync("PUT", "/services/a", "host=a.test");
        await api.SendAsync("POST", "/services/a/routes", "name=r&paths[]=/r");
        await api.SendAsync("POST", "/routes/r/plugins", "name=cors");
        await api.SendAsync("PUT", "/consumers/ann", "{}");
        await api.SendAsync("POST", "/consumers/ann/key-auth", "key=a-secret-key");
        await api.SendAsync("PATCH", "/consumers/ann/key-auth/a-secret-key", "ttl=5");
        (await api.Releases.ListAsync(0, 10, TestContext.Current.CancellationToken)).Releases.Select(r => r.Note).ShouldBe(
            ["update key of consumer ann", "create key of consumer ann", "create or update consumer ann", "create plugin cors of route r", "create route r of service a", "create or update service a"]);
    }

    [Fact]
    public async Task An_object_is_created_read_changed_replaced_and_deleted()
    {
        await using var api = await AdminApi.StoredAsync();
        var (status, made) = await api.SendAsync("POST", "/services", "name=orders&url=http://orders.test/v1");
        status.ShouldBe(201);
        ((string)made!["host"]!, (int)made["port"]!, (string)made["path"]!, (int)made["retries"]!).ShouldBe(("orders.test", 80, "/v1", 5));

        (status, var read) = await api.GetAsync($"/services/{made["id"]}");
        (status, read!.ToJsonString()).ShouldBe((200, made.ToJsonString()));
        (status, var changed) = await api.SendAsync("PATCH", "/services/orders", """{"retries": 2}""");
        (status, (int)changed!["retries"]!, (string)changed["path"]!).ShouldBe((200, 2, "/v1"));
        (status, var replaced) = await api.SendAsync("PUT", "/services/orders", """{"host": "b.test"}""");
        (status, (string)replaced!["id"]!, (string)replaced["host"]!, (int)replaced["retries"]!).ShouldBe((200, (string)made["id"]!, "b.test", 5));
        (await api.SendAsync("DELETE", "/services/orders")).Status.ShouldBe(204);
        (await api.SendAsync("DELETE", "/services/orders")).Status.ShouldBe(204);
        (status, var gone) = await api.GetAsync("/services/orders");
        (status, (string)gone!["message"]!).ShouldBe((404, "Not found"));
        api.Releases.Current.Release.Number.ShouldBe(4);
    }

    [Fact]
    public async Task Put_makes_an_object_with_the_id_or_name_of_the_address()
    {
        await using var api = await AdminApi.StoredAsync();
        const string id = "0adf885f-b377-585e-822a-7bcb1bb885b7";
        (await api.SendAsync("PUT", $"/consumers/{id}", """{"username":"ann"}""")).Body!["id"]!.ToString().ShouldBe(id);
        (await api.SendAsync("PUT", "/consumers/bob", """{"custom_id":"7"}""")).Body!["username"]!.ToString().ShouldBe("bob");
        (await api.GetAsync("/consumers?custom_id=7")).Body!["data"]!.AsArray().Count.ShouldBe(1);
        (await api.GetAsync("/consumers?custom_id=8")).Body!["data"]!.AsArray().Count.ShouldBe(0);
    }

    [Fact]
    public async Task Objects_below_others_belong_to_them()
    {
        await using var api = await AdminApi.StoredAsync();
        await api.SendAsync("POST", "/services", """{"name":"a","host":"a.test"}""");
        await api.SendAsync("POST", "/services", """{"name":"b","host":"b.test"}""");
        (await api.SendAsync("POST", "/services/a/routes", "name=r&paths[]=/r")).Status.ShouldBe(201);
        (await api.GetAsync("/services/a/routes")).Body!["data"]!.AsArray().Count.ShouldBe(1);
        (await api.GetAsync("/services/b/routes")).Body!["data"]!.AsArray().Count.ShouldBe(0);
        (await api.GetAsync("/services/a/routes/r")).Status.ShouldBe(200);
        (await api.GetAsync("/services/b/routes/r")).Status.ShouldBe(404);
        (await api.GetAsync("/services/none/routes")).Status.ShouldBe(404);
        (await api.SendAsync("POST", "/services/none/routes", "paths[]=/x")).Status.ShouldBe(404);
        (await api.GetAsync("/routes/r/service")).Body!["name"]!.ToString().ShouldBe("a");
        (await api.SendAsync("PATCH", "/routes/r/service", "retries=1")).Body!["retries"]!.ToString().ShouldBe("1");
        (await api.SendAsync("DELETE", "/services/a")).Body!["code"]!.ToString().ShouldBe("4");
    }

    [Fact]
    public async Task Credentials_and_targets_are_named_by_what_is_unique_in_them()
    {
        await using var api = await AdminApi.StoredAsync();
        await api.SendAsync("POST", "/consumers", "username=ann");
        (await api.SendAsync("POST", "/consumers/ann/key-auth", "key=k1")).Status.ShouldBe(201);
        (await api.SendAsync("POST", "/consumers/ann/acls", "group=admins")).Status.ShouldBe(201);
        (await api.GetAsync("/key-auths/k1/consumer")).Body!["username"]!.ToString().ShouldBe("ann");
        (await api.GetAsync("/consumers/ann/acls/admins")).Body!["group"]!.ToString().ShouldBe("admins");
        (await api.SendAsync("POST", "/consumers/ann/jwt", "")).Body!["secret"]!.ToString().Length.ShouldBe(32);
        await api.SendAsync("POST", "/upstreams", "name=up");
        (await api.SendAsync("POST", "/upstreams/up/targets", "target=10.0.0.1:80")).Status.ShouldBe(201);
        (await api.SendAsync("PATCH", "/upstreams/up/targets/10.0.0.1:80", "weight=7")).Body!["weight"]!.ToString().ShouldBe("7");
        (await api.SendAsync("DELETE", "/upstreams/up/targets/10.0.0.1:80")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        await using var api = await AdminApi.StoredAsync();
        for (var i = 0; i < 7; i++)
            await api.SendAsync("POST", "/consumers", $"username=c{i}&tags[]=t{i % 2}");
        var seen = new List<string>();
        var next = "/consumers?size=3";
        for (var page = 0; page < 3; page++)
        {
            var body = (await api.GetAsync(next)).Body!;
            seen.AddRange(body["data"]!.AsArray().Select(c => (string)c!["username"]!));
            next = (string?)body["next"] ?? "";
        }
        next.ShouldBeEmpty();
        seen.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 7).Select(i => $"c{i}"));
        (await api.GetAsync("/consumers?tags=t0")).Body!["data"]!.AsArray().Count.ShouldBe(4);
        (await api.GetAsync("/consumers?tags=t0/t1")).Body!["data"]!.AsArray().Count.ShouldBe(7);
        (await api.GetAsync("/consumers?size=0")).Body!.ToJsonString().ShouldBe("""{"message":"size must be an integer between 1 and 1000","name":"invalid size","code":9}""");
        (await api.GetAsync("/consumers?size=x")).Status.ShouldBe(400);
        (await api.GetAsync("/consumers?offset=zzz")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_certificate_shows_and_takes_its_names()
    {
        await using var api = await AdminApi.StoredAsync();
        var (cert, key) = SelfSigned.Pem("a.test");
        var (status, made) = await api.SendAsync("POST", "/certificates", new JsonObject { ["cert"] = cert, ["key"] = key, ["snis"] = new JsonArray("a.test", "b.test") }.ToJsonString());
        status.ShouldBe(201, made?.ToJsonString());
        made!["snis"]!.AsArray().Select(n => (string)n!).ShouldBe(["a.test", "b.test"], ignoreOrder: true);
        (await api.GetAsync("/certificates/a.test")).Body!["id"]!.ToString().ShouldBe((string)made["id"]!);
        (await api.GetAsync("/snis/b.test/certificate")).Status.ShouldBe(200);
        (await api.SendAsync("PATCH", "/certificates/a.test", """{"snis":["c.test"]}""")).Body!["snis"]!.ToJsonString().ShouldBe("""["c.test"]""");
        (await api.GetAsync("/snis/a.test")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Refusals_have_the_form_of_Kong()
    {
        await using var api = await AdminApi.StoredAsync();
        await api.SendAsync("POST", "/services", """{"name":"s","host":"a.test"}""");
        var (status, body) = await api.SendAsync("POST", "/services", """{"name":"s","host":"a.test"}""");
        (status, (int)body!["code"]!, (string)body["name"]!, (string)body["message"]!).ShouldBe((409, 5, "unique constraint violation", "UNIQUE violation detected on '{name=\"s\"}'"));
        (status, body) = await api.SendAsync("POST", "/plugins", """{"name":"x"}""");
        body!["fields"]!["name"]!.ToString().ShouldBe("plugin 'x' not enabled; add it to the 'plugins' configuration property");
        (status, body) = await api.SendAsync("POST", "/routes", """{"name":"x","url":"http://x"}""");
        ((string)body!["message"]!).ShouldBe(
            "2 schema violations (must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'; url: unknown field)");
        (status, body) = await api.SendAsync("POST", "/routes", """{"paths":["/x"],"service":{"id":"0adf885f-b377-585e-822a-7bcb1bb885b7"}}""");
        (status, (int)body!["code"]!).ShouldBe((400, 4));
        (await api.SendAsync("POST", "/services", "{")).Body!["message"]!.ToString().ShouldBe("Cannot parse JSON body");
        (await api.SendAsync("POST", "/services", """{"a":1,"a":2}""")).Status.ShouldBe(400);
        (await api.SendAsync("POST", "/services", "<a/>", "text/xml")).Status.ShouldBe(415);
        (await api.SendAsync("DELETE", "/services")).Status.ShouldBe(405);
        (await api.SendAsync("POST", "/services/s", "{}")).Status.ShouldBe(405);
        (await api.GetAsync("/services//s")).Status.ShouldBe(404);
        (await api.GetAsync("/Services")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Where_nothing_is_stored_writes_are_refused_as_Kong_does_without_a_database()
    {
        await using var api = await AdminApi.FromFileAsync("_format_version: \"3.0\"\nservices:\n- name: s\n  url: http://a.test\n");
        var (status, body) = await api.SendAsync("PUT", "/services/s", """{"url":"http://x.test"}""");
        (status, body!.ToJsonString()).ShouldBe((405,
            """{"message":"cannot create or update \u0027services\u0027 entities by \u0027name\u0027 when not using a database","name":"operation unsupported","code":12}"""));
        (await api.SendAsync("POST", "/services", """{"host":"a b"}""")).Status.ShouldBe(400);
        (await api.SendAsync("POST", "/services", """{"host":"a"}""")).Status.ShouldBe(405);
        (await api.SendAsync("DELETE", "/services/s")).Status.ShouldBe(405);
        (await api.SendAsync("DELETE", "/services/none")).Status.ShouldBe(204);
        (await api.SendAsync("POST", "/config", """{"_format_version":"3.0","consumers":[{"username":"ann"}]}""")).Status.ShouldBe(201);
        (await api.GetAsync("/consumers/ann")).Status.ShouldBe(200);
        (await api.GetAsync("/services/s")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Only_programs_are_let_across_origins()
    {
        await using var api = await AdminApi.StoredAsync();
        (await api.RawAsync("GET", "/services")).Response.Headers.AccessControlAllowOrigin.ToString().ShouldBe("*");
        (await api.RawAsync("GET", "/services", origin: "http://evil.test")).Response.Headers.AccessControlAllowOrigin.Count.ShouldBe(0);
        var preflight = await api.RawAsync("OPTIONS", "/services", origin: "http://evil.test");
        (preflight.Response.StatusCode, preflight.Response.Headers.AccessControlAllowMethods.Count).ShouldBe((204, 0));
        (await api.RawAsync("OPTIONS", "/services/x")).Response.Headers.Allow.ToString().ShouldBe("DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
    }
}
