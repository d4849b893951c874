using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Transforming;

/// <summary>
/// The fields of a JSON object, to be changed by name. What is not changed is written as it was read, numbers digit by digit.
/// Of a field that comes twice the last one counts, so that nothing hides behind a duplicate.
/// </summary>
internal sealed class JsonFields : IDisposable
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1000 };
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1001, SkipValidation = true };

    private readonly OrderedDictionary<string, object> fields = new(StringComparer.Ordinal);
    private readonly JsonDocument? document;

    private JsonFields(JsonDocument? document) => this.document = document;

    /// <summary>Reads an object; null when <paramref name="body"/> is anything else. An empty body is an empty object.</summary>
    public static JsonFields? Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) return new JsonFields(null);
        JsonDocument parsed;
        try
        {
            parsed = JsonDocument.Parse(body, Reading);
        }
        catch (JsonException)
        {
            return null;
        }

        if (parsed.RootElement.ValueKind != JsonValueKind.Object)
        {
            parsed.Dispose();
            return null;
        }

        var read = new JsonFields(parsed);
        foreach (var field in parsed.RootElement.EnumerateObject()) read.fields[field.Name] = field.Value;
        return read;
    }

    /// <summary>Whether the field is there, whatever its value.</summary>
    public bool Has(string name) => fields.ContainsKey(name);

    /// <summary>Whether the field is there and not <c>false</c>, which Kong takes for absent.</summary>
    public bool Counts(string name) =>
        fields.TryGetValue(name, out var value) && value is not (false or JsonElement { ValueKind: JsonValueKind.False });

    public void Remove(string name) => fields.Remove(name);

    public void Rename(string name, string to)
    {
        if (!fields.Remove(name, out var value)) return;
        fields[to] = value;
    }

    /// <summary>Sets a string, a number (<see cref="double"/>) or a boolean.</summary>
    public void Set(string name, object value) => fields[name] = value;

    /// <summary>
    /// Adds to an array; makes one of a string. To an object the value is added as member 1, or the next number, because arrays and objects are the
    /// same to Kong. Anything else is replaced by an array of the value alone.
    /// </summary>
    public void Append(string name, object value)
    {
        fields.TryGetValue(name, out var current);
        if (AsMembers(current) is { } members)
        {
            members.Added.Add(value);
            fields[name] = members;
            return;
        }

        var list = AsList(current);
        list.Add(value);
        fields[name] = list;
    }

    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WritePropertyName(name);
                Write(writer, value);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => document?.Dispose();

    private static Members? AsMembers(object? current) => current switch
    {
        Members members => members,
        JsonElement { ValueKind: JsonValueKind.Object } read when read.EnumerateObject().Any() => new Members(read, []),
        _ => null,
    };

    private static List<object> AsList(object? current) => current switch
    {
        List<object> list => list,
        string text => [text],
        JsonElement { ValueKind: JsonValueKind.String } text => [text],
        JsonElement { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Cast<object>()],
        _ => [],
    };

    private static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case List<object> list:
                writer.WriteStartArray();
                foreach (var item in list) Write(writer, item);
                writer.WriteEndArray();
                break;
            case Members members:
                Write(writer, members);
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, Members members)
    {
        writer.WriteStartObject();
        foreach (var member in members.Read.EnumerateObject()) member.WriteTo(writer);
        for (var i = 0; i < members.Added.Count; i++)
        {
            writer.WritePropertyName((i + 1).ToString(CultureInfo.InvariantCulture));
            Write(writer, members.Added[i]);
        }

        writer.WriteEndObject();
    }

    /// <summary>An object that values have been appended to.</summary>
    private sealed record Members(JsonElement Read, List<object> Added);
}
