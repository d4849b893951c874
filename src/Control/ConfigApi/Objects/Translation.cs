using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>The body of a request in the words of the stored object, and how its problems are told in the words of the body.</summary>
internal sealed class Translation
{
    private readonly Dictionary<string, string> shortNames = new(StringComparer.Ordinal);

    private Translation(EntityKind kind, JsonObject body)
    {
        Kind = kind;
        Body = body;
    }

    public EntityKind Kind { get; }

    /// <summary>What the stored object is given.</summary>
    public JsonObject Body { get; }

    public List<EditProblem> Problems { get; } = [];

    /// <summary>Whether the body said something new by the short form of <paramref name="field"/>.</summary>
    public bool Used(string field) => shortNames.ContainsKey(field);

    /// <param name="existing">What is changed; null for a new object.</param>
    /// <param name="body">As it was sent.</param>
    /// <param name="whole">What the body does not say gets its default.</param>
    public static Translation Of(Resource resource, ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole)
    {
        var translation = new Translation(resource.Kind, body.DeepClone().AsObject());
        var own = translation.Body;

        // The gateway's to say; a body that was read before has them.
        own.Remove("created_at");
        own.Remove("updated_at");
        if (own.TryGetPropertyValue("id", out var id) && id is null)
            own.Remove("id");
        var stored = existing?.ToJson();
        foreach (var field in resource.ShortFields)
            translation.Take(field, tree, stored, whole);
        return translation;
    }

    public void Report(string field, string message, EditRefusal refusal = EditRefusal.SchemaViolation) =>
        Problems.Add(new EditProblem(refusal, Kind.Name, null, Kind.Singular, field, message));

    /// <summary>Says that <paramref name="field"/> of the stored object is called otherwise in the body.</summary>
    public void Rename(string field, string name) => shortNames[field] = name;

    /// <summary>The result with its problems in the words of the body.</summary>
    public EditResult Told(EditResult result) => result.Problems.Count == 0 ? result : result with { Problems = [.. result.Problems.Select(p => p with { Field = NameOf(p.Field) })] };

    public EditResult Refuse() => new() { Problems = Problems };

    private string NameOf(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? path : path[..end];
        if (!shortNames.TryGetValue(first, out var name))
            return path;

        // A position in a list that the short form does not have says nothing.
        return end < 0 || path[end] == '[' ? name : name + path[end..];
    }

    private void Take(ShortField field, ConfigurationTree tree, JsonObject? stored, bool whole)
    {
        if (!Body.Remove(field.Name, out var value))
            return;
        var unchanged = stored is not null && JsonNode.DeepEquals(value, field.Show(stored, tree));
        var both = Body.ContainsKey(field.Field);
        if (unchanged)
        {
            if (!both && whole)
                Body[field.Field] = stored![field.Field]?.DeepClone();
            return;
        }
        var read = value is null ? new ShortValue(null) : field.Read(value, tree);
        if (read.Problem is { } problem)
        {
            Report(read.Field.Length > 0 ? $"{field.Name}.{read.Field}" : field.Name, problem, read.Missing ? EditRefusal.ForeignKeyViolation : EditRefusal.SchemaViolation);
            return;
        }
        if (both && !JsonNode.DeepEquals(read.Value, Body[field.Field]) && (stored is null || !JsonNode.DeepEquals(Body[field.Field], stored[field.Field])))
        {
            Report(field.Name, $"says something else than '{field.Field}'; leave one of them out");
            return;
        }
        Body[field.Field] = read.Value?.DeepClone();
        Rename(field.Field, field.Name);
    }
}
