using System.Text.Json.Nodes;
using Sluice.Control.KongAdmin;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Snapshot;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>What is looked at: a configuration, and the snapshot that runs, which may be a moment older or newer; null where health does not matter.</summary>
internal sealed record View(ConfigurationTree Tree, GatewaySnapshot? Live, bool SeesSecrets);

/// <summary>One collection of <c>/api/v1/config</c>: which stored objects are in it, how they are shown, and how bodies become edits.</summary>
internal abstract class Resource
{
    // Shorter text is meant for names, and begins ids by chance.
    private const int ShortestId = 8;

    /// <summary>As in the address: <c>routes</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Where it is.</summary>
    public virtual string Address => "/api/v1/config/" + Name;

    /// <summary>The heading in the OpenAPI document.</summary>
    public virtual string Group => "configuration";

    /// <summary>As a person says it: <c>route</c>.</summary>
    public abstract string Singular { get; }

    public abstract EntityKind Kind { get; }

    /// <summary>What the codes of its errors begin with: <c>ROUTE</c>.</summary>
    public string Code => Singular.ToUpperInvariant();

    public virtual IReadOnlyList<ShortField> ShortFields => [];

    /// <summary>Fields that <c>q</c> looks into, besides ids and tags.</summary>
    protected virtual IReadOnlyList<string> SearchedFields => ["name"];

    /// <summary>Whether an object of the kind is in this collection.</summary>
    public virtual bool Holds(ConfigurationObject entry) => true;

    /// <summary>The object with all that is shown as part of it.</summary>
    public virtual IEnumerable<ConfigurationObject> Parts(ConfigurationTree tree, ConfigurationObject entry) => [entry];

    /// <summary>The object by id or name.</summary>
    public ConfigurationObject? Find(ConfigurationTree tree, string reference) => tree.Find(Kind, reference) is { } found && Holds(found) ? found : null;

    public bool Mentions(ConfigurationObject entry, string text)
    {
        if (text.Length >= ShortestId && entry.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase) || entry.Tags.Any(Has))
            return true;
        var json = entry.ToJson();
        return SearchedFields.Any(f => json[f] is JsonArray list ? list.Any(e => Has((string?)e)) : Has((string?)json[f]));

        bool Has(string? value) => value?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <summary>As this API shows it: id, name and the short fields, then the fields as stored; nothing that is null.</summary>
    public JsonObject Show(View view, ConfigurationObject entry)
    {
        var stored = view.SeesSecrets ? entry.ToJson() : entry.ToMaskedJson();
        var shown = new JsonObject { ["id"] = entry.Id.ToString(), ["name"] = null };
        foreach (var field in ShortFields)
            shown[field.Name] = field.Show(stored, view.Tree)?.DeepClone();
        foreach (var (name, value) in stored)
            if (name is not ("id" or "created_at" or "updated_at"))
                shown[name] = value?.DeepClone();
        Shape(view, entry, shown);
        foreach (var time in (string[])["created_at", "updated_at"])
            if (stored[time] is JsonValue seconds)
                shown[time] = DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var absent in shown.Where(f => f.Value is null).Select(f => f.Key).ToList())
            shown.Remove(absent);
        return shown;
    }

    /// <summary>Adds what is not a field of the stored object, and takes out what is none of this API.</summary>
    protected virtual void Shape(View view, ConfigurationObject entry, JsonObject shown)
    {
    }

    /// <summary>The edit that a body asks for.</summary>
    /// <param name="existing">What it changes; null for a new object.</param>
    /// <param name="body">As it was sent.</param>
    /// <param name="whole">What the body does not say gets its default, instead of staying.</param>
    public virtual EditResult Apply(ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole)
    {
        var translation = Translation.Of(this, tree, existing, body, whole);
        return translation.Problems.Count > 0 ? translation.Refuse() : Store(tree, existing, translation, whole);
    }

    /// <summary>The JSON Schema of a body and of what is shown.</summary>
    public virtual JsonObject Schema()
    {
        var schema = EntitySchema.Of(Kind.Record).DeepClone().AsObject();
        var properties = schema["properties"]!.AsObject();
        var place = 0;
        foreach (var field in ShortFields)
            properties.Insert(place++, field.Name, field.Schema.DeepClone());
        foreach (var time in (string[])["created_at", "updated_at"])
            properties[time] = new JsonObject { ["type"] = "string", ["format"] = "date-time", ["readOnly"] = true };
        schema.Remove("required");
        return schema;
    }

    protected EditResult Store(ConfigurationTree tree, ConfigurationObject? existing, Translation translation, bool whole) => translation.Told(
        existing is null ? tree.Insert(Kind, translation.Body)
        : whole ? tree.Upsert(Kind, existing.Id.ToString(), translation.Body)
        : tree.Patch(Kind, existing.Id.ToString(), translation.Body));

    /// <summary>A short field that is the name, or the id, of another object, which the stored object refers to by id.</summary>
    protected static ShortField Reference(string name, string field, string kind, string description) =>
        new(name, field, new JsonObject { ["type"] = "string", ["description"] = description })
        {
            Read = (value, tree) => Text(value) is not { } text ? ShortValue.Wrong("expected the name or id of an object")
                : tree.Find(EntityKind.ByName[kind], text) is { } found ? new ShortValue(new JsonObject { ["id"] = found.Id.ToString() })
                : ShortValue.NotThere($"there is no {EntityKind.ByName[kind].Singular} '{text}'"),
            Show = (stored, tree) => stored[field]?["id"] is JsonValue id && tree.Find(EntityKind.ByName[kind], (string)id!) is { } target ? target.Key ?? target.Id.ToString() : null,
        };

    protected static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
