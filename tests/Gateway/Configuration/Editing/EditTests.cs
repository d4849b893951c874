using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Editing;

public class EditTests
{
    private readonly ManualTime time = new();

    private ConfigurationTree Start => ConfigurationTree.Empty(ReadOptions.Default with { Time = time });

    [Fact]
    public void An_inserted_object_is_shown_with_all_its_fields()
    {
        var result = Start.Insert(Kind("services"), Json("""{ "name": "orders", "url": "https://orders.test/v1", "tags": ["a"] }"""));

        result.Problems.ShouldBeEmpty();
        result.Created.ShouldBeTrue();
        var shown = result.Object!.ToJson();
        shown["host"]!.GetValue<string>().ShouldBe("orders.test");
        shown["port"]!.GetValue<int>().ShouldBe(443);
        shown["path"]!.GetValue<string>().ShouldBe("/v1");
        shown["retries"]!.GetValue<int>().ShouldBe(5);
        shown.ContainsKey("client_certificate").ShouldBeTrue();
        shown["client_certificate"].ShouldBeNull();
        shown["created_at"]!.GetValue<long>().ShouldBe(time.GetUtcNow().ToUnixTimeSeconds());
        Guid.Parse(shown["id"]!.GetValue<string>()).ShouldBe(result.Object.Id);
        result.Tree!.ToDocument().Document!.Services.ShouldHaveSingleItem().Host.ShouldBe("orders.test");
    }

    [Fact]
    public void References_are_given_by_name_or_id_and_shown_by_id()
    {
        var services = Start.Insert(Kind("services"), Json("""{ "name": "orders", "host": "a" }"""));
        var service = services.Object!;
        var route = services.Tree!.Insert(Kind("routes"), Json("""{ "name": "r", "paths": ["/a"], "service": { "name": "orders" } }"""));

        route.Problems.ShouldBeEmpty();
        route.Object!.ToJson()["service"]!.ToJsonString().ShouldBe($$"""{"id":"{{service.Id}}"}""");
        route.Tree!.ReferringTo(service, Kind("routes")).ShouldHaveSingleItem().ShouldBe(route.Object);

        var problem = services.Tree.Insert(Kind("routes"), Json("""{ "paths": ["/a"], "service": { "name": "other" } }""")).Problems.ShouldHaveSingleItem();
        problem.Refusal.ShouldBe(EditRefusal.ForeignKeyViolation);
        problem.Message.ShouldBe("the foreign key '{name=\"other\"}' does not reference an existing 'services' entity.");
    }

    [Fact]
    public void All_problems_of_an_object_come_with_their_fields()
    {
        var problems = Start.Insert(Kind("services"), Json("""{ "host": "a", "port": 99999, "protocol": "htp", "nonsense": 1 }""")).Problems;

        problems.Select(p => p.Field).ShouldBe(["port", "protocol", "nonsense"], ignoreOrder: true);
        problems.ShouldAllBe(p => p.Refusal == EditRefusal.SchemaViolation && p.Kind == "services");
    }

    [Theory]
    [InlineData("services", """{ "name": "x", "host": "a" }""", "{name=\"x\"}")]
    [InlineData("consumers", """{ "username": "x", "custom_id": "y" }""", "{username=\"x\"}")]
    [InlineData("upstreams", """{ "name": "x" }""", "{name=\"x\"}")]
    [InlineData("plugins", """{ "name": "cors" }""", "{consumer=null,name=\"cors\",route=null,service=null}")]
    public void Unique_values_are_kept(string kind, string body, string shown)
    {
        var first = Start.Insert(Kind(kind), Json(body));
        var problem = first.Tree!.Insert(Kind(kind), Json(body)).Problems[0];

        problem.Refusal.ShouldBe(EditRefusal.UniqueViolation);
        problem.Message.ShouldBe($"UNIQUE violation detected on '{shown}'");
    }

    [Fact]
    public void What_is_needed_stays_and_what_belongs_goes_along()
    {
        var tree = Read("""
            _format_version: "3.0"
            services:
            - name: s
              host: a
              routes:
              - name: r
                paths: [/a]
                plugins: [{ name: cors }]
            consumers:
            - username: ann
              keyauth_credentials: [{ key: k }]
              acls: [{ group: g }]
            plugins:
            - { name: key-auth, service: s }
            """);

        var refused = tree.Delete(Kind("services"), "s").Problems.ShouldHaveSingleItem();
        refused.Message.ShouldBe("an existing 'routes' entity references this 'services' entity");
        refused.Fields!.ToJsonString().ShouldBe("""{"@referenced_by":"routes"}""");

        var withoutRoute = tree.Delete(Kind("routes"), "r").Tree!;
        withoutRoute.All(Kind("plugins")).Select(p => ((PluginConfig)p.Record).Name).ShouldBe(["key-auth"]);
        withoutRoute.Delete(Kind("services"), "s").Tree!.All(Kind("plugins")).ShouldBeEmpty();
        var withoutAnn = tree.Delete(Kind("consumers"), "ann").Tree!;
        withoutAnn.All(Kind("keyauth_credentials")).ShouldBeEmpty();
        withoutAnn.All(Kind("acls")).ShouldBeEmpty();
        tree.Delete(Kind("consumers"), "bob").Problems.ShouldHaveSingleItem().Refusal.ShouldBe(EditRefusal.NotFound);
    }

    [Fact]
    public void A_patch_merges_records_and_replaces_lists()
    {
        var first = Start.Insert(Kind("plugins"), Json("""{ "name": "rate-limiting", "config": { "minute": 5, "policy": "local", "redis": { "host": "r1", "port": 1 } } }"""));
        first.Problems.ShouldBeEmpty();
        time.Advance(TimeSpan.FromSeconds(7));

        var second = first.Tree!.Patch(Kind("plugins"), first.Object!.Id.ToString(), Json("""{ "config": { "hour": 9, "redis": { "host": "r2", "port": null } }, "tags": ["t"] }"""));

        second.Problems.ShouldBeEmpty();
        var shown = second.Object!.ToJson();
        shown["config"]!["minute"]!.GetValue<int>().ShouldBe(5);
        shown["config"]!["hour"]!.GetValue<int>().ShouldBe(9);
        shown["config"]!["redis"]!["host"]!.GetValue<string>().ShouldBe("r2");
        shown["config"]!["redis"]!["port"]!.GetValue<int>().ShouldBe(6379);
        shown["created_at"]!.GetValue<long>().ShouldBe(first.Object.CreatedAt!.Value);
        shown["updated_at"]!.GetValue<long>().ShouldBe(first.Object.CreatedAt!.Value + 7);
        second.Tree!.Patch(Kind("plugins"), first.Object.Id.ToString(), Json($$"""{ "id": "{{Guid.NewGuid()}}" }""")).Problems.ShouldHaveSingleItem().Field.ShouldBe("id");
    }

    [Fact]
    public void A_url_in_a_patch_replaces_what_it_stands_for()
    {
        var first = Start.Insert(Kind("services"), Json("""{ "name": "s", "url": "https://a.test:8443/x" }"""));
        var shown = first.Tree!.Patch(Kind("services"), "s", Json("""{ "url": "http://b.test" }""")).Object!.ToJson();

        (shown["protocol"]!.GetValue<string>(), shown["host"]!.GetValue<string>(), shown["port"]!.GetValue<int>(), shown["path"]).ShouldBe(("http", "b.test", 80, null));
    }

    [Fact]
    public void An_upsert_replaces_the_whole_object_or_adds_one_of_that_name()
    {
        var added = Start.Upsert(Kind("consumers"), "ann", Json("""{ "custom_id": "1" }"""));
        added.Created.ShouldBeTrue();
        added.Object!.Key.ShouldBe("ann");

        var replaced = added.Tree!.Upsert(Kind("consumers"), "ann", Json("""{ "tags": ["t"] }"""));
        replaced.Created.ShouldBeFalse();
        replaced.Object!.Id.ShouldBe(added.Object.Id);
        replaced.Object.ToJson()["custom_id"].ShouldBeNull();

        var id = Guid.NewGuid();
        replaced.Tree!.Upsert(Kind("services"), id.ToString(), Json("""{ "host": "a" }""")).Object!.Id.ShouldBe(id);
    }

    [Fact]
    public void What_stands_for_a_secret_is_kept_as_it_is_written_and_filled_in_for_the_gateway()
    {
        var options = ReadOptions.Default with { Time = time, Environment = name => name switch { "PORT" => "8081", "KEY" => "geheim", _ => null } };
        var tree = ConfigurationTree.Empty(options);
        tree = tree.Insert(Kind("services"), Json("""{ "name": "s", "host": "a", "port": "${PORT}" }""")).Tree!;
        tree = tree.Insert(Kind("consumers"), Json("""{ "username": "ann" }""")).Tree!;
        var key = tree.Insert(Kind("keyauth_credentials"), Json("""{ "consumer": "ann", "key": "{vault://env/key}" }"""));

        key.Object!.ToJson()["key"]!.GetValue<string>().ShouldBe("{vault://env/key}");
        key.Tree!.All(Kind("services"))[0].ToJson()["port"]!.GetValue<string>().ShouldBe("${PORT}");
        var document = key.Tree.ToDocument().Document!;
        document.Services[0].Port.ShouldBe(8081);
        document.Credentials.OfType<KeyAuthCredential>().Single().Key.ShouldBe("geheim");

        var missing = key.Tree.Insert(Kind("services"), Json("""{ "name": "t", "host": "${NOWHERE}" }""")).Tree!.ToDocument();
        missing.Document.ShouldBeNull();
        missing.Problems.ShouldHaveSingleItem().Object.ShouldBe("service \"t\"");
    }

    private ConfigurationTree Read(string yaml)
    {
        var read = ConfigurationTree.Read(Encoding.UTF8.GetBytes(yaml), options: ReadOptions.Default with { Time = time });
        read.Problems.ShouldBeEmpty();
        return read.Tree!;
    }

    private static EntityKind Kind(string name) => EntityKind.ByName[name];

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
