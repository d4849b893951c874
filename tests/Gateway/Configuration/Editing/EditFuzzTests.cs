using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Configuration.Editing;

/// <summary>Whatever a client sends, an edit answers with a tree or with problems; and a tree that edits have made can be exported, stored and read back.</summary>
public class EditFuzzTests
{
    [Fact]
    public void Any_body_is_taken_or_refused_with_a_reason()
    {
        var random = new Random(20261120);
        var rounds = int.Parse(Environment.GetEnvironmentVariable("SLUICE_FUZZ_ROUNDS") ?? "3000", System.Globalization.CultureInfo.InvariantCulture);
        var tree = ConfigurationTree.Empty(ReadOptions.Default with { Environment = _ => "1" });
        var made = 0;
        var history = new List<ConfigurationTree> { tree };
        for (var i = 0; i < rounds; i++)
        {
            var kind = EntityKind.All[random.Next(EntityKind.All.Count)];
            var body = Body(random, kind, tree);
            var name = random.Next(3) == 0 && tree.All(kind).Count > 0 ? tree.All(kind)[random.Next(tree.All(kind).Count)].Id.ToString() : "n" + random.Next(20);
            var result = random.Next(10) switch
            {
                < 5 => tree.Insert(kind, body),
                < 7 => tree.Patch(kind, name, body),
                < 9 => tree.Upsert(kind, name, body),
                _ => tree.Delete(kind, name),
            };
            (result.Tree is null).ShouldBe(result.Problems.Count > 0);
            if (result.Tree is null)
                continue;
            made++;
            tree = result.Tree;
            if (made % 20 == 0)
                history.Add(tree);
        }

        made.ShouldBeGreaterThan(rounds / 50);
        foreach (var (name, content) in new[] { ("x.yaml", System.Text.Encoding.UTF8.GetBytes(tree.ToYaml())), ("x.json", tree.ToCanonicalDocument()) })
        {
            var again = ConfigurationTree.Read(content, name, tree.Options);
            again.Problems.Where(p => p.Severity == Sluice.Foundation.Errors.Severity.Error).ShouldBeEmpty();
            ConfigurationDiff.Between(tree, again.Tree!).ToText().ShouldBe("nothing changes\n", name);
        }

        // Each from each, so that what differs is sometimes little and sometimes everything.
        var read = 0;
        foreach (var from in history)
            foreach (var to in history)
                if (from.TryReadSimilar(to.ToCanonicalDocument()) is { } similar)
                {
                    similar.Sha256().ShouldBe(to.Sha256());
                    similar.ToCanonicalDocument().ShouldBe(to.ToCanonicalDocument());
                    read++;
                }
        read.ShouldBeGreaterThan(history.Count * history.Count / 2);
    }

    [Fact]
    public void A_body_nested_too_deep_is_refused()
    {
        JsonNode deep = new JsonArray();
        for (var i = 0; i < 200; i++) deep = new JsonArray(deep);
        ConfigurationTree.Empty().Insert(EntityKind.ByName["services"], new JsonObject { ["host"] = deep }).Problems.ShouldHaveSingleItem().Refusal.ShouldBe(EditRefusal.SchemaViolation);
    }

    private static JsonObject Body(Random random, EntityKind kind, ConfigurationTree tree)
    {
        var body = new JsonObject();
        if (random.Next(3) > 0)
            Plausible(random, kind, body);
        foreach (var field in RecordPlan.For(kind.Record).Fields.Where(_ => random.Next(12) == 0))
            body[field.Name] = Value(random, 0);
        foreach (var reference in kind.References.Where(_ => random.Next(3) == 0))
            body[reference.Field] = tree.All(EntityKind.ByName[reference.Kind]) is { Count: > 0 } all ? new JsonObject { ["id"] = all[random.Next(all.Count)].Id.ToString() } : Value(random, 0);
        if (random.Next(10) == 0)
            body[new[] { "id", "url", "groups", "config", "nonsense", "routes" }[random.Next(6)]] = Value(random, 0);
        return body;
    }

    private static void Plausible(Random random, EntityKind kind, JsonObject body)
    {
        if (kind.LookupField is { } field && kind.Name is not ("ca_certificates" or "plugins"))
            body[field] = "n" + random.Next(20);
        switch (kind.Name)
        {
            case "services": body["host"] = "a.test"; break;
            case "routes": body["paths"] = new JsonArray("/" + random.Next(9)); break;
            case "targets": body["target"] = "10.0.0." + random.Next(9); break;
            case "plugins": body["name"] = PluginCatalog.All[random.Next(PluginCatalog.All.Count)].Name; break;
            case "vaults": body["name"] = "env"; body["prefix"] = "v" + random.Next(9); break;
            case "basicauth_credentials": body["password"] = "p"; break;
        }
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth > 3 ? 8 : 10) switch
    {
        0 => null,
        1 => random.Next(-5, 70000),
        2 => random.NextDouble(),
        3 => random.Next(2) == 0,
        4 => "",
        5 => "${X}",
        6 => new string((char)random.Next(1, 0xD7FF), random.Next(1, 5)),
        7 => Guid.NewGuid().ToString(),
        8 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(3)).Select(i => KeyValuePair.Create("f" + i, Value(random, depth + 1)))),
    };
}
