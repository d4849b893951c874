using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Releases;

/// <summary>
/// What a release changed, as it is stored: <c>{"document": {header fields}, "set": {"routes": [objects]}, "deleted": {"routes": [ids]}}</c>, compressed.
/// </summary>
internal static class ReleaseDelta
{
    public static byte[] Write(ConfigurationTree tree, ConfigurationDiff diff)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteStartObject("document");
            json.WriteBoolean("_transform", tree.Transform);
            json.WriteString("error_format", tree.ErrorFormat);
            json.WriteEndObject();
            json.WriteStartObject("set");
            foreach (var kind in diff.Changes.Where(c => c.After is not null).GroupBy(c => c.Kind.Name))
            {
                json.WriteStartArray(kind.Key);
                foreach (var change in kind)
                    json.WriteRawValue(change.After!.Json.Span, skipInputValidation: true);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteStartObject("deleted");
            foreach (var kind in diff.Changes.Where(c => c.After is null).GroupBy(c => c.Kind.Name))
            {
                json.WriteStartArray(kind.Key);
                foreach (var change in kind)
                    json.WriteStringValue(change.Id);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Compression.Pack(content.ToArray());
    }

    /// <summary>What <paramref name="tree"/> is after <paramref name="deltas"/>, in their order.</summary>
    /// <returns>As <see cref="ConfigurationTree.TryChange"/>.</returns>
    public static ConfigurationTree? TryApply(ConfigurationTree tree, IEnumerable<byte[]> deltas)
    {
        var changed = tree;
        foreach (var packed in deltas)
        {
            using var delta = JsonDocument.Parse(Compression.Unpack(packed));
            var header = delta.RootElement.GetProperty("document");
            var deleted = Entries("deleted", id => id.GetGuid());
            var set = Entries("set", entry => JsonMarshal.GetRawUtf8Value(entry).ToArray());
            if (changed.TryChange(header.GetProperty("_transform").GetBoolean(), header.GetProperty("error_format").GetString()!, deleted, set) is not { } next)
                return null;
            changed = next;

            List<(EntityKind, T)> Entries<T>(string list, Func<JsonElement, T> read) =>
                [.. delta.RootElement.GetProperty(list).EnumerateObject().SelectMany(kind => kind.Value.EnumerateArray().Select(entry => (EntityKind.ByName[kind.Name], read(entry))))];
        }
        return changed;
    }

    /// <summary>The canonical document <paramref name="whole"/> after <paramref name="deltas"/>, in their order.</summary>
    public static byte[] Apply(byte[] whole, IEnumerable<byte[]> deltas)
    {
        var kinds = EntityKind.All.ToDictionary(k => k.Name, _ => new Dictionary<Guid, (long Ordinal, JsonElement Json)>(), StringComparer.Ordinal);
        var header = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var ordinal = 0L;
        using var start = JsonDocument.Parse(whole);
        var documents = new List<JsonDocument>();
        foreach (var field in start.RootElement.EnumerateObject())
        {
            if (kinds.TryGetValue(field.Name, out var objects))
                Set(objects, field.Value);
            else
                header[field.Name] = field.Value;
        }
        foreach (var delta in deltas)
        {
            var document = JsonDocument.Parse(Compression.Unpack(delta));
            documents.Add(document);
            foreach (var field in document.RootElement.GetProperty("document").EnumerateObject())
                header[field.Name] = field.Value;
            foreach (var kind in document.RootElement.GetProperty("deleted").EnumerateObject())
                foreach (var id in kind.Value.EnumerateArray())
                    kinds[kind.Name].Remove(id.GetGuid());
            foreach (var kind in document.RootElement.GetProperty("set").EnumerateObject())
                Set(kinds[kind.Name], kind.Value);
        }
        var result = Write(header, kinds);
        documents.ForEach(d => d.Dispose());
        return result;

        void Set(Dictionary<Guid, (long Ordinal, JsonElement Json)> objects, JsonElement list)
        {
            foreach (var entry in list.EnumerateArray())
            {
                var id = entry.GetProperty("id").GetGuid();
                objects[id] = (objects.TryGetValue(id, out var old) ? old.Ordinal : ordinal++, entry);
            }
        }
    }

    private static byte[] Write(Dictionary<string, JsonElement> header, Dictionary<string, Dictionary<Guid, (long Ordinal, JsonElement Json)>> kinds)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (name, value) in header)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
            foreach (var (name, objects) in kinds)
            {
                json.WriteStartArray(name);
                foreach (var (_, entry) in objects.Values.OrderBy(o => o.Ordinal))
                    entry.WriteTo(json);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return content.ToArray();
    }
}
