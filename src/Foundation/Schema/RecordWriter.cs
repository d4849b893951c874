using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Schema;

/// <summary>
/// A configuration record as JSON, by the names that <see cref="RecordBinder"/> reads: the way back. Every field is written, null where it is not
/// set, so that what an API shows is the record's whole shape.
/// </summary>
/// <param name="writers">Types whose values somebody else writes.</param>
public sealed class RecordWriter(IReadOnlyDictionary<Type, Action<Utf8JsonWriter, object>>? writers = null)
{
    /// <summary>Whether somebody else writes values of <paramref name="type"/>.</summary>
    public bool HasOwn(Type type) => writers?.ContainsKey(type) == true;

    /// <summary>The fields of <paramref name="record"/>, inside an object that the caller began and will end.</summary>
    /// <param name="source">What the record was bound from: values that were opaque there are written as they stood; null for none.</param>
    public void WriteFields(Utf8JsonWriter json, object record, MapNode? source = null)
    {
        var plan = RecordPlan.For(record.GetType());
        if (source is not null && plan.Shorthands.Count > 0)
            source = Shorthand.Expand(source, plan.Shorthands);
        foreach (var field in plan.Fields)
        {
            json.WritePropertyName(field.Name);
            Write(json, field, field.Get(record), source is null ? null : Given(source, field));
        }
    }

    /// <summary>The whole of <paramref name="record"/>.</summary>
    public void Write(Utf8JsonWriter json, object record, MapNode? source = null)
    {
        json.WriteStartObject();
        WriteFields(json, record, source);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, FieldPlan field, object? value, DocumentNode? source)
    {
        if (source is not ScalarNode { Opaque: true } && (value is null || (field.EmptyAsNull && IsEmpty(value)) || IsUnset(field, value)))
            json.WriteNullValue();
        else
            Write(json, value, source);
    }

    private void Write(Utf8JsonWriter json, object? value, DocumentNode? source)
    {
        if (source is ScalarNode { Opaque: true } opaque)
        {
            json.WriteStringValue(opaque.Text);
            return;
        }
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool boolean:
                json.WriteBooleanValue(boolean);
                break;
            case int or long or short or byte or uint or ushort:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case float number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case Guid id:
                json.WriteStringValue(id);
                break;
            case Enum named:
                json.WriteStringValue(EnumPlan.NameOf(named.GetType(), named.ToString()));
                break;
            case JsonNode node:
                node.WriteTo(json);
                break;
            case var custom when writers is not null && writers.TryGetValue(custom.GetType(), out var write):
                write(json, custom);
                break;
            case IDictionary map:
                WriteMap(json, map, source as MapNode);
                break;
            case IEnumerable list:
                WriteList(json, list, source as ListNode);
                break;
            default:
                Write(json, value, source as MapNode);
                break;
        }
    }

    private void WriteMap(Utf8JsonWriter json, IDictionary map, MapNode? source)
    {
        json.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            json.WritePropertyName((string)entry.Key);
            Write(json, entry.Value, source?[(string)entry.Key]);
        }
        json.WriteEndObject();
    }

    private void WriteList(Utf8JsonWriter json, IEnumerable list, ListNode? source)
    {
        json.WriteStartArray();
        var i = 0;
        foreach (var element in list)
        {
            // A set leaves repeats out, and then positions no longer agree; strings hold their opaque text themselves.
            Write(json, element, element is string ? null : source is not null && i < source.Items.Count ? source.Items[i] : null);
            i++;
        }
        json.WriteEndArray();
    }

    /// <summary>A text that must not be empty, and is: it stands for none.</summary>
    private static bool IsUnset(FieldPlan field, object value) =>
        value is "" && field.Value.Constraints is { AllowEmpty: false, Length: null };

    private static bool IsEmpty(object value) => value is ICollection { Count: 0 };

    private static DocumentNode? Given(MapNode source, FieldPlan field)
    {
        if (source[field.Name] is { IsNull: false } given)
            return given;
        foreach (var alias in field.Aliases)
            if (source[alias] is { IsNull: false } old)
                return old;
        return null;
    }
}
