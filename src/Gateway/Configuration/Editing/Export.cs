using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>
/// A tree as one declarative file, the way a person would write it: routes in their services, targets in their upstreams, credentials in their
/// consumers; defaults left out; ids only where they do not follow from the names. It reads back to the same objects. It holds the secrets that the
/// configuration itself holds; those that it only refers to stay references.
/// </summary>
internal sealed class Export(ConfigurationTree tree)
{
    private static readonly string[] Order =
    [
        "vaults", "ca_certificates", "certificates", "services", "routes", "upstreams", "targets", "pipelines", "workflows", "consumer_groups", "consumers", "plugins",
        "snis", "keyauth_credentials", "jwt_secrets", "basicauth_credentials", "hmacauth_credentials", "oauth2_credentials", "acls",
    ];

    private readonly HashSet<(EntityKind, Guid)> _written = [];

    public JsonObject ToJson()
    {
        var document = new JsonObject { ["_format_version"] = "3.0" };
        if (!tree.Transform)
            document["_transform"] = false;
        if (tree.ErrorFormat != "kong")
            document["error_format"] = tree.ErrorFormat;
        foreach (var kind in Order.Select(name => EntityKind.ByName[name]))
        {
            var list = new JsonArray();
            foreach (var entry in tree.All(kind))
                if (Home(entry) is null)
                    list.Add((JsonNode)Write(entry, parent: null, parentField: null));
            if (list.Count > 0)
                document[kind.Name] = list;
        }
        return document;
    }

    /// <summary>What an object is written inside of: what it refers to, when that is one object only.</summary>
    private static (string Field, EntityKind Kind, Guid Id)? Home(ConfigurationObject entry)
    {
        // A service stands by itself, whatever certificate it shows.
        if (entry.Kind.Name is "services" or "upstreams")
            return null;
        (string, EntityKind, Guid)? home = null;
        foreach (var reference in entry.Kind.References)
            foreach (var (field, target) in entry.References)
            {
                if (field != reference.Field)
                    continue;
                if (home is not null)
                    return null;
                home = (field, EntityKind.ByName[reference.Kind], target);
            }
        return home;
    }

    private JsonObject Write(ConfigurationObject entry, EntityItem? parent, string? parentField)
    {
        var json = ReadableJson.Of(entry);
        json.Remove("id");
        if (parentField is not null)
            json.Remove(parentField);
        foreach (var reference in entry.Kind.References)
            if (json[reference.Field] is not null)
                json[reference.Field] = NameOf(reference.Kind, json[reference.Field]!);
        if (json["groups"] is JsonArray groups)
            json["groups"] = new JsonArray([.. groups.Select(g => (JsonNode)NameOf("consumer_groups", g!))]);

        var item = ItemOf(entry, json, parent, parentField);
        if (item.Id != entry.Id)
        {
            json.Insert(0, "id", entry.Id.ToString());
            item.Id = entry.Id;
        }
        else if (entry.Kind.Key is { } key && json[key] is { } name && json.IndexOf(key) > 0)
        {
            json.Remove(key);
            json.Insert(0, key, name);
        }
        foreach (var (child, field) in entry.Kind.Children)
        {
            var list = new JsonArray();
            foreach (var inside in tree.ReferringTo(entry, child))
                if (Home(inside) is { } home && home.Field == field && home.Id == entry.Id && _written.Add((child, inside.Id)))
                    list.Add((JsonNode)Write(inside, item, field));
            if (list.Count > 0)
                json[child.Name] = list;
        }
        return json;
    }

    /// <summary>The object as the reader of the file will find it, so that its id is the one that will be derived.</summary>
    private static EntityItem ItemOf(ConfigurationObject entry, JsonObject json, EntityItem? parent, string? parentField)
    {
        var (node, _) = DocumentParser.Parse("", JsonSerializer.SerializeToUtf8Bytes(json), DocumentFormat.Json);
        var item = new EntityItem(entry.Kind, (MapNode)node!, parent, parentField, ordinal: 0);
        item.Id = Identity.Of(item);
        return item;
    }

    private JsonValue NameOf(string kind, JsonNode reference)
    {
        var id = (string)reference["id"]!;
        return JsonValue.Create(tree.Find(EntityKind.ByName[kind], Guid.Parse(id))?.Key ?? id);
    }
}

public sealed partial class ConfigurationTree
{
    /// <summary>
    /// The configuration as one declarative file in YAML, nested and without defaults. It reads back to the same objects. Treat it as the secret that
    /// its literal keys and passwords are.
    /// </summary>
    public string ToYaml() => YamlWriter.Write(new Export(this).ToJson());

    /// <summary>The same as JSON.</summary>
    public string ToReadableJson() => new Export(this).ToJson().ToJsonString(new JsonSerializerOptions(CanonicalJson.Readable) { WriteIndented = true }) + "\n";

    /// <summary>
    /// The configuration as one flat JSON document of canonical objects: what is stored, mirrored and hashed. Equal configurations with equal times
    /// give equal bytes.
    /// </summary>
    public byte[] ToCanonicalDocument()
    {
        using var content = new MemoryStream();
        WriteCanonicalDocument(content);
        return content.ToArray();
    }

    /// <summary>Writes what <see cref="ToCanonicalDocument"/> gives, piece by piece.</summary>
    public void WriteCanonicalDocument(Stream stream)
    {
        const int piece = 64 * 1024;
        using var json = new Utf8JsonWriter(stream, CanonicalJson.Options);
        json.WriteStartObject();
        json.WriteString("_format_version", "3.0");
        json.WriteBoolean("_transform", Transform);
        json.WriteString("error_format", ErrorFormat);
        foreach (var kind in EntityKind.All)
        {
            json.WriteStartArray(kind.Name);
            foreach (var entry in All(kind))
            {
                json.WriteRawValue(entry.Json.Span, skipInputValidation: true);
                if (json.BytesPending > piece)
                    json.Flush();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
