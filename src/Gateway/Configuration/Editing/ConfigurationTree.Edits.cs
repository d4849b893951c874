using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>
/// Edits with the semantics of Kong's database: unique and foreign keys hold, ids never change, deleting an object takes along what belongs to it
/// and is refused while something else needs it. Each edit checks the one object that it is about; several in a row are one change.
/// </summary>
public sealed partial class ConfigurationTree
{
    /// <summary>
    /// Adds an object. <paramref name="body"/> is in any form that a file may have, but flat: references by name or id, shorthands, defaults left
    /// out. Without an <c>id</c> it gets a random one; it is stamped with the time.
    /// </summary>
    public EditResult Insert(EntityKind kind, JsonObject body)
    {
        if (TryParse(kind, body, out var node) is { } unreadable)
            return unreadable;
        if (Id(node) is not { } id)
            return Put(kind, node.With("id", Text(Guid.NewGuid().ToString())), previous: null);
        if (id.Valid && Find(kind, id.Value) is { } existing)
            return EditResult.Refuse(new EditProblem(
                EditRefusal.PrimaryKeyViolation, kind.Name, id.Value, Describe(existing), "id", $"primary key violation on key '{{id=\"{id.Value}\"}}'")
            { Fields = new JsonObject { ["id"] = id.Value.ToString() } });
        return Put(kind, node, previous: null);
    }

    /// <summary>
    /// Puts <paramref name="body"/> in the place of the object that <paramref name="reference"/> (an id, or a name) names, as a whole: what the body
    /// does not say gets its default. Where there is none, adds one with that id or name.
    /// </summary>
    /// <param name="parent">What the object is under, where <paramref name="reference"/> is a name inside it.</param>
    public EditResult Upsert(EntityKind kind, string reference, JsonObject body, ConfigurationObject? parent = null)
    {
        if (TryParse(kind, body, out var node) is { } unreadable)
            return unreadable;
        if (Find(kind, reference, parent) is { } existing)
        {
            if (RefuseOtherId(existing, node) is { } refusal)
                return refusal;
            node = node.With("id", Text(existing.Id.ToString()));
            if (kind.LookupField is { } named && node[named] is null && ObjectFields.Text(existing.Record, named) is { } kept)
                node = node.With(named, Text(kept));
            return Put(kind, node, existing);
        }
        if (Guid.TryParseExact(reference, "D", out var id))
            node = node.With("id", Text(id.ToString()));
        else if (kind.LookupField is { } field)
            node = (Id(node) is null ? node.With("id", Text(Guid.NewGuid().ToString())) : node).With(field, Text(reference));
        else
            return NotFound(kind, reference);
        return Put(kind, node, previous: null);
    }

    /// <summary>
    /// Changes the fields of an object that <paramref name="patch"/> has; nested records (<c>config</c>, <c>healthchecks</c>) are merged field by
    /// field, lists and maps are replaced, null gives a field its default.
    /// </summary>
    public EditResult Patch(EntityKind kind, string reference, JsonObject patch, ConfigurationObject? parent = null)
    {
        if (Find(kind, reference, parent) is not { } existing)
            return NotFound(kind, reference);
        if (TryParse(kind, patch, out var node) is { } unreadable)
            return unreadable;
        return RefuseOtherId(existing, node) ?? Put(kind, PatchMerge.Apply(existing, node, Options), existing);
    }

    /// <summary>Takes an object out, with what belongs to it: the middleware of a route, the credentials of a consumer, the targets of an upstream.</summary>
    public EditResult Delete(EntityKind kind, string reference, ConfigurationObject? parent = null) =>
        Find(kind, reference, parent) is { } found ? Delete(found) : NotFound(kind, reference);

    /// <summary>As <see cref="Delete(EntityKind, string, ConfigurationObject)"/>.</summary>
    public EditResult Delete(ConfigurationObject entry)
    {
        if (Find(entry.Kind, entry.Id) is not { } current)
            return NotFound(entry.Kind, entry.Id.ToString());
        foreach (var (child, _) in entry.Kind.Children)
            foreach (var reference in child.References)
                if (!reference.Cascades && reference.Kind == entry.Kind.Name && Table(child).Referring.ContainsKey((reference.Field, entry.Id)))
                    return Needed(current, child);
        if (entry.Kind.Name == "ca_certificates" && Table(EntityKind.ByName["services"]).Referring.TryGetValue(("ca_certificates", entry.Id), out var services))
            return EditResult.Refuse(new EditProblem(EditRefusal.ReferencedByOthers, entry.Kind.Name, entry.Id, Describe(current), "",
                $"ca_certificate {entry.Id} is still referenced by services (id = {services[0]})"));
        if (entry.Kind.Name == "pipelines" && IsNamedByRoutes(current))
            return Needed(current, EntityKind.ByName["routes"]);

        var tree = With(Table(entry.Kind).Without(current));
        foreach (var (child, _) in entry.Kind.Children)
            foreach (var belonging in ReferringTo(current, child))
                if (tree.Find(child, belonging.Id) is not null)
                    tree = tree.Delete(belonging).Tree!;
        if (entry.Kind.Name == "consumer_groups")
            foreach (var member in ReferringTo(current, EntityKind.ByName["consumers"]))
                tree = tree.WithoutGroup(member, current.Id);
        return new EditResult { Tree = tree, Object = current };
    }

    private EditResult Put(EntityKind kind, MapNode node, ConfigurationObject? previous)
    {
        var now = Options.Time.GetUtcNow().ToUnixTimeSeconds();
        node = previous?.CreatedAt is { } created ? node.With("created_at", Number(created)) : node["created_at"] is null or { IsNull: true } or ScalarNode { Opaque: true } ? node.With("created_at", Number(now)) : node;
        if (HasUpdatedAt(kind))
            node = node.With("updated_at", Number(now));
        var problems = new List<EditProblem>();
        foreach (var (child, _) in kind.Children)
            if (node[child.Name] is { } nested)
                problems.Add(new EditProblem(EditRefusal.SchemaViolation, kind.Name, null, kind.Singular, child.Name, "unknown field"));
        if (problems.Count > 0)
            return EditResult.Refuse(problems);

        var foreign = new List<EditProblem>();
        node = ResolveReferences(kind, node, foreign);
        var found = new List<Problem>();
        var read = ReadOne(kind, node, Options with { KeepReferences = true }, found);
        problems.AddRange(found.Where(p => p.Severity == Severity.Error && !foreign.Exists(f => f.Field == p.Field))
            .Select(p => new EditProblem(EditRefusal.SchemaViolation, kind.Name, p.Id, p.Object, p.Field, p.Message)));
        problems.AddRange(foreign);
        if (problems.Count > 0 || read is not { } made)
            return EditResult.Refuse(problems);

        var pipeline = made.Record is PluginConfig { Pipeline: { } name } ? Find(EntityKind.ByName["pipelines"], name)?.Id : null;
        var entry = ObjectMaker.Make(kind, made.Record, made.Node, pipeline, previous?.Ordinal ?? _nextOrdinal);
        // What says the same as before is the same: a later time alone is no change, and no release would tell others of it.
        if (previous is not null && previous.SaysTheSameAs(entry))
            return new EditResult { Tree = this, Object = previous };
        problems.AddRange(Repeats(entry));
        if (problems.Count > 0)
            return EditResult.Refuse(problems);
        if (previous is not null && kind.Name == "pipelines" && previous.Key != entry.Key && RenameIsRefused(previous) is { } refusal)
            return refusal;
        var tree = With(Table(kind).With(entry), _nextOrdinal + 1);
        if (previous is not null && kind.Name == "pipelines" && previous.Key != entry.Key)
            tree = tree.WithPipelineRenamed(entry);
        return new EditResult { Tree = tree, Object = entry, Created = previous is null };
    }

    /// <summary>References as ids; what they name must be there.</summary>
    private MapNode ResolveReferences(EntityKind kind, MapNode node, List<EditProblem> problems)
    {
        foreach (var reference in kind.References)
        {
            if (node[reference.Field] is not { IsNull: false } value)
                continue;
            var (by, text) = value switch
            {
                ScalarNode { Kind: ScalarKind.String } scalar => (Guid.TryParseExact(scalar.Text, "D", out _) ? "id" : "name", scalar.Text),
                MapNode { Entries.Count: 1 } map when map.Entries[0] is { Value: ScalarNode { Kind: ScalarKind.String } only } entry => (entry.Name, only.Text),
                _ => ("", ""),
            };
            if (by.Length == 0)
                continue;
            if (Find(EntityKind.ByName[reference.Kind], text) is { } target)
                node = node.With(reference.Field, new MapNode(value.Place, [new MapEntry("id", value.Place, Text(target.Id.ToString()))]));
            else
                problems.Add(new EditProblem(EditRefusal.ForeignKeyViolation, kind.Name, null, kind.Singular, reference.Field,
                    $"the foreign key '{{{by}=\"{text}\"}}' does not reference an existing '{reference.Kind}' entity.")
                { Fields = new JsonObject { [reference.Field] = new JsonObject { [by] = text } } });
        }
        return node;
    }

    private IEnumerable<EditProblem> Repeats(ConfigurationObject entry)
    {
        foreach (var key in entry.UniqueKeys)
        {
            if (!Table(entry.Kind).Unique.TryGetValue(key, out var other) || other == entry.Id)
                continue;
            var shown = ObjectFields.Show(key, entry.Record, entry.References);
            yield return new EditProblem(EditRefusal.UniqueViolation, entry.Kind.Name, entry.Id, Describe(entry), key.Fields.Contains(',', StringComparison.Ordinal) ? "" : key.Fields,
                $"UNIQUE violation detected on '{LuaText.Of(shown)}'")
            { Fields = shown };
        }
    }

    private EditResult Needed(ConfigurationObject entry, EntityKind by) => EditResult.Refuse(new EditProblem(
        EditRefusal.ForeignKeyViolation, entry.Kind.Name, entry.Id, Describe(entry), "", $"an existing '{by.Name}' entity references this '{entry.Kind.Name}' entity")
    { Fields = new JsonObject { ["@referenced_by"] = by.Name } });

    private static EditResult NotFound(EntityKind kind, string reference)
    {
        var by = Guid.TryParseExact(reference, "D", out _) ? "id" : kind.LookupField ?? "id";
        return EditResult.Refuse(new EditProblem(EditRefusal.NotFound, kind.Name, null, $"{kind.Singular} \"{reference}\"", "",
            by == "id" ? $"could not find the entity with primary key '{{id=\"{reference}\"}}'" : $"could not find the entity with '{{{by}=\"{reference}\"}}'"));
    }

    private static EditResult? RefuseOtherId(ConfigurationObject existing, MapNode node) =>
        node["id"] is null or { IsNull: true } || (Id(node) is { Valid: true } id && id.Value == existing.Id)
            ? null
            : EditResult.Refuse(new EditProblem(EditRefusal.SchemaViolation, existing.Kind.Name, existing.Id, existing.Label, "id", "an id can't be changed"));

    private EditResult? RenameIsRefused(ConfigurationObject pipeline) =>
        IsNamedByRoutes(pipeline) ? Needed(pipeline, EntityKind.ByName["routes"]) : null;

    /// <summary>Routes hold their pipelines' names.</summary>
    private bool IsNamedByRoutes(ConfigurationObject pipeline) =>
        All(EntityKind.ByName["routes"]).Any(r => r.Record is RouteConfig route && (route.Pipeline == pipeline.Key || route.Policy == pipeline.Key));

    /// <summary>Middleware holds its pipeline's name.</summary>
    private ConfigurationTree WithPipelineRenamed(ConfigurationObject pipeline)
    {
        var tree = this;
        foreach (var middleware in ReferringTo(pipeline, EntityKind.ByName["plugins"]))
            tree = tree.Rewritten(middleware, middleware.ToJson());
        return tree;
    }

    /// <summary>With the middleware of each pipeline that was called otherwise in <paramref name="before"/> brought up to date.</summary>
    private ConfigurationTree WithPipelinesNamed(ConfigurationTree before)
    {
        var pipelines = EntityKind.ByName["pipelines"];
        if (ShareAll(this, before, pipelines))
            return this;
        var tree = this;
        foreach (var pipeline in All(pipelines))
            if (before.Find(pipelines, pipeline.Id) is { } old && old.Key != pipeline.Key)
                tree = tree.WithPipelineRenamed(pipeline);
        return tree;
    }

    private ConfigurationTree WithoutGroup(ConfigurationObject consumer, Guid group)
    {
        var json = consumer.ToJson();
        json["groups"] = new JsonArray([.. json["groups"]!.AsArray().Where(g => (string?)g!["id"] != group.ToString()).Select(g => g!.DeepClone())]);
        return Rewritten(consumer, json);
    }

    /// <summary>The same object with parts that follow from others brought up to date; its times stay.</summary>
    private ConfigurationTree Rewritten(ConfigurationObject entry, JsonObject json) => With(Table(entry.Kind).With(Remade(entry, json, entry.Ordinal)));

    private static bool HasUpdatedAt(EntityKind kind) => !kind.Record.IsAssignableTo(typeof(CredentialConfig));

    private static readonly Variables KeepingVariables = new(ReadOptions.Default with { KeepReferences = true }, []);

    /// <summary>As <see cref="Parse"/>, of a body that may be nested too deep to be read.</summary>
    private static EditResult? TryParse(EntityKind kind, JsonObject body, out MapNode node)
    {
        var (root, problem) = DocumentParser.Parse("", JsonSerializer.SerializeToUtf8Bytes(body, Deep), DocumentFormat.Json);
        node = root is MapNode map ? (MapNode)KeepingVariables.Expand(map) : new MapNode(default, []);
        return problem is null ? null : EditResult.Refuse(new EditProblem(EditRefusal.SchemaViolation, kind.Name, null, kind.Singular, "", problem.Message));
    }

    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 10_000 };

    /// <summary>The body with opaque values where something stands for them.</summary>
    private static MapNode Parse(JsonObject body)
    {
        var (root, problem) = DocumentParser.Parse("", JsonSerializer.SerializeToUtf8Bytes(body), DocumentFormat.Json);
        return root is MapNode map ? (MapNode)KeepingVariables.Expand(map) : throw new ArgumentException(problem?.Message ?? "expected an object", nameof(body));
    }

    private static (bool Valid, Guid Value)? Id(MapNode node) =>
        node["id"] is null or { IsNull: true } ? null : Guid.TryParseExact(node.Text("id"), "D", out var id) ? (true, id) : (false, default);

    private static ScalarNode Text(string text) => new(default, ScalarKind.String, text);

    private static ScalarNode Number(long number) => new(default, ScalarKind.Number, number.ToString(System.Globalization.CultureInfo.InvariantCulture), number);
}
