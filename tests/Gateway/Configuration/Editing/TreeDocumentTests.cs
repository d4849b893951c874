using System.Collections;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Editing;

public class TreeDocumentTests(ITestOutputHelper output)
{
    private static readonly RecordWriter Writer = new(new Dictionary<Type, Action<Utf8JsonWriter, object>>
    {
        [typeof(Reference)] = (json, reference) => json.WriteStringValue(((Reference)reference).Id),
    });

    /// <summary>What a tree makes of a file is what reading the file itself gives, so that it does not matter which way a configuration came.</summary>
    [Fact]
    public void A_tree_runs_what_its_file_says()
    {
        var options = ReadOptions.Default with { Environment = _ => null, UnsetVariable = Sluice.Foundation.Errors.Severity.Warning };
        var folders = new[] { Path.Combine(Golden.Root(), "tests/Golden/configuration/corpus"), Environment.GetEnvironmentVariable("SLUICE_CORPUS") };
        var wrong = new List<string>();
        foreach (var file in folders.Where(f => !string.IsNullOrEmpty(f)).SelectMany(f => Directory.EnumerateFiles(f!, "*", SearchOption.AllDirectories)).Where(f => !f.EndsWith(".txt", StringComparison.Ordinal)))
        {
            var content = File.ReadAllBytes(file);
            var direct = DocumentReader.Read(content, Path.GetFileName(file), options);
            var tree = ConfigurationTree.Read(content, Path.GetFileName(file), options).Tree;
            if (direct.Document is null || tree is null)
            {
                if (direct.Document is not null)
                    wrong.Add($"{file}: only the tree refuses it");
                continue;
            }
            var made = tree.ToDocument();
            if (made.Document is null)
                wrong.Add($"{file}: {string.Join("; ", made.Problems)}");
            else if (!HasRandomKeys(direct.Document) && Text(direct.Document) != Text(made.Document))
                wrong.Add($"{file}: {FirstDifference(Text(direct.Document), Text(made.Document))}");
        }
        wrong.ShouldBeEmpty();
    }

    /// <summary>Counted, not timed: another release is read as what differs, and is the same as when it is read as a whole.</summary>
    [Fact]
    public void Reading_a_similar_configuration_makes_only_what_differs()
    {
        var tree = ConfigurationTree.Read(Large(services: 100, routes: 1000, consumers: 4000), "large.json").Tree!;
        var other = tree.Insert(EntityKind.ByName["consumers"], new JsonObject { ["username"] = "new" }).Tree!;
        other = other.Patch(EntityKind.ByName["services"], "s1", new JsonObject { ["host"] = "elsewhere" }).Tree!;
        other = other.Delete(other.All(EntityKind.ByName["routes"])[3]).Tree!;
        var objects = EntityKind.All.SelectMany(tree.All).ToHashSet(ReferenceEqualityComparer.Instance);

        var read = tree.TryReadSimilar(other.ToCanonicalDocument())!;

        read.Sha256().ShouldBe(other.Sha256());
        read.ToCanonicalDocument().ShouldBe(other.ToCanonicalDocument());
        EntityKind.All.SelectMany(read.All).Count(o => !objects.Contains(o)).ShouldBe(2);
    }

    /// <summary>Counted, not timed: after one edit, everything that it does not concern is the same object as before.</summary>
    [Fact]
    public void One_edit_of_a_large_configuration_touches_one_object()
    {
        var tree = ConfigurationTree.Read(Large(services: 100, routes: 1000, consumers: 4000), "large.json").Tree!;
        var before = tree.ToDocument().Document!;
        var objects = EntityKind.All.SelectMany(tree.All).ToHashSet(ReferenceEqualityComparer.Instance);

        var edited = tree.Insert(EntityKind.ByName["consumers"], new JsonObject { ["username"] = "new" }).Tree!;
        var after = edited.ToDocument().Document!;

        EntityKind.All.SelectMany(edited.All).Count(o => !objects.Contains(o)).ShouldBe(1);
        ReferenceEquals(before.Routes, after.Routes).ShouldBeTrue();
        ReferenceEquals(before.Services, after.Services).ShouldBeTrue();
        after.Consumers.Count(c => !before.Consumers.Contains(c, ReferenceEqualityComparer.Instance)).ShouldBe(1);
    }

    [Fact]
    public void How_long_it_takes_is_printed()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SLUICE_TIMINGS") is { Length: > 0 }, "SLUICE_TIMINGS asks for it");
        var content = Large(services: 1000, routes: 5000, consumers: 20000);
        var watch = Stopwatch.StartNew();
        var tree = ConfigurationTree.Read(content, "large.json").Tree!;
        Say("read");
        tree.ToDocument().Document.ShouldNotBeNull();
        Say("document");
        var edit = tree.Insert(EntityKind.ByName["consumers"], new JsonObject { ["username"] = "warm" }).Tree!;
        edit.ToDocument();
        Say("first edit and document");
        edit = edit.Insert(EntityKind.ByName["consumers"], new JsonObject { ["username"] = "new" }).Tree!;
        edit.ToDocument();
        Say("edit and document");
        ConfigurationDiff.Between(tree, edit).Created.ShouldBe(2);
        Say("diff");
        tree.ReplacedBy(ConfigurationTree.Read(content, "large.json").Tree!).ShouldNotBeNull();
        Say("read again and replace by the same");
        tree.ToCanonicalDocument().Length.ShouldBeGreaterThan(content.Length);
        Say("canonical document");

        void Say(string what)
        {
            output.WriteLine($"{what}: {watch.ElapsedMilliseconds} ms");
            watch.Restart();
        }
    }

    internal static byte[] Large(int services, int routes, int consumers)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteString("_format_version", "3.0");
            Write("services", services, i => json.WriteRawValue($$"""{"name":"s{{i}}","host":"h{{i}}.test"}"""));
            Write("routes", routes, i => json.WriteRawValue($$"""{"name":"r{{i}}","service":"s{{i % services}}","paths":["/p{{i}}"]}"""));
            Write("consumers", consumers, i => json.WriteRawValue($$"""{"username":"c{{i}}","keyauth_credentials":[{"key":"k{{i}}"}],"acls":[{"group":"g{{i % 10}}"}]}"""));
            json.WriteEndObject();

            void Write(string name, int count, Action<int> write)
            {
                json.WriteStartArray(name);
                for (var i = 0; i < count; i++)
                    write(i);
                json.WriteEndArray();
            }
        }
        return content.ToArray();
    }

    private static bool HasRandomKeys(GatewayDocument document) => document.Credentials.Count > 0;

    private static string Text(GatewayDocument document)
    {
        var text = new StringBuilder();
        foreach (var property in typeof(GatewayDocument).GetProperties())
        {
            if (property.GetValue(document) is not IEnumerable list || list is string || property.Name == nameof(GatewayDocument.Secrets))
                continue;
            foreach (var entry in list.Cast<Entity>())
            {
                text.Append(Line(entry));
                if (entry is PluginConfig middleware)
                    text.Append(' ').Append(middleware.Pipeline).Append(' ').Append(middleware.Config is null ? "none" : Line(middleware.Config));
                if (entry is ConsumerConfig consumer)
                    text.Append(string.Join(',', consumer.Groups.Select(g => g.Id)));
                text.Append(entry.Place).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string Line(object record)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
            Writer.Write(json, record);
        return Encoding.UTF8.GetString(content.ToArray());
    }

    private static string FirstDifference(string a, string b)
    {
        var at = Enumerable.Range(0, Math.Min(a.Length, b.Length)).FirstOrDefault(i => a[i] != b[i], Math.Min(a.Length, b.Length));
        return $"{a[Math.Max(0, at - 60)..Math.Min(a.Length, at + 60)]} <> {b[Math.Max(0, at - 60)..Math.Min(b.Length, at + 60)]}";
    }
}
