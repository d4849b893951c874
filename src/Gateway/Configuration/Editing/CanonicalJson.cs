using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>The one form in which objects are stored, compared and shown.</summary>
internal static class CanonicalJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people: no needless escapes.</summary>
    public static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly RecordWriter Records = new(new Dictionary<Type, Action<Utf8JsonWriter, object>>
    {
        [typeof(Reference)] = (json, reference) => WriteReference(json, ((Reference)reference).Id),
    });

    /// <summary>The canonical form of an object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="record">What was read.</param>
    /// <param name="source">What it was read from, with opaque values where something stands for them.</param>
    /// <param name="pipeline">The pipeline that middleware stands in.</param>
    public static byte[] Write(EntityKind kind, Entity record, MapNode source, Guid? pipeline)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (record is ServiceConfig && source["url"] is ScalarNode { Opaque: true } url)
                WriteServiceByUrl(json, record, source, url);
            else
                Records.WriteFields(json, record, source);
            switch (record)
            {
                case PluginConfig middleware:
                    json.WritePropertyName("config");
                    if (middleware.Config is not null)
                        Records.Write(json, middleware.Config, source["config"] as MapNode);
                    else
                        WriteRaw(json, source["config"]);
                    if (pipeline is { } id)
                    {
                        json.WritePropertyName("pipeline");
                        WriteReference(json, id);
                    }
                    break;
                case WorkflowConfig workflow:
                    json.WritePropertyName("document");
                    WriteRaw(json, workflow.Document);
                    break;
                case VaultConfig:
                    json.WritePropertyName("config");
                    WriteRaw(json, source["config"]);
                    break;
                case ConsumerConfig { Groups.Count: > 0 } consumer:
                    json.WriteStartArray("groups");
                    foreach (var group in consumer.Groups)
                        WriteReference(json, group.Id);
                    json.WriteEndArray();
                    break;
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same without <c>created_at</c> and <c>updated_at</c>.</summary>
    public static byte[] WithoutTimes(byte[] canonical)
    {
        var buffer = new ArrayBufferWriter<byte>(canonical.Length);
        using (var json = new Utf8JsonWriter(buffer, Options))
        using (var document = JsonDocument.Parse(canonical))
        {
            json.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
                if (!IsTime(field.Name))
                    field.WriteTo(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same with the times of <paramref name="record"/>.</summary>
    public static byte[] WithTimes(ReadOnlySpan<byte> canonical, Entity record)
    {
        var buffer = new ArrayBufferWriter<byte>(canonical.Length + 16);
        var reader = new Utf8JsonReader(canonical);
        using (var json = new Utf8JsonWriter(buffer, Options))
        using (var document = JsonDocument.ParseValue(ref reader))
        {
            json.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (!IsTime(field.Name))
                    field.WriteTo(json);
                else if ((field.Name == "created_at" ? record.CreatedAt : record.UpdatedAt) is { } time)
                    json.WriteNumber(field.Name, time);
                else
                    json.WriteNull(field.Name);
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    public static bool IsTime(string field) => field is "created_at" or "updated_at";

    /// <summary>A url that is known only elsewhere stands for four fields; they are null unless they are given besides it.</summary>
    private static void WriteServiceByUrl(Utf8JsonWriter json, Entity record, MapNode source, ScalarNode url)
    {
        var whole = new ArrayBufferWriter<byte>(512);
        using (var inner = new Utf8JsonWriter(whole, Options))
            Records.Write(inner, record, source);
        using var document = JsonDocument.Parse(whole.WrittenMemory);
        foreach (var field in document.RootElement.EnumerateObject())
        {
            if (field.Name is "protocol" or "host" or "port" or "path" && source[field.Name] is null or { IsNull: true })
                json.WriteNull(field.Name);
            else
                field.WriteTo(json);
        }
        json.WriteString("url", url.Text);
    }

    private static void WriteRaw(Utf8JsonWriter json, DocumentNode? node)
    {
        if (node?.ToJson() is { } value)
            value.WriteTo(json);
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }

    private static void WriteReference(Utf8JsonWriter json, Guid id)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteEndObject();
    }
}
