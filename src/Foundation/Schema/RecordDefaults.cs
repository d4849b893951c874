using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Schema;

/// <summary>What a person would write of a record: its JSON without the fields that say what is the case anyway.</summary>
public static class RecordDefaults
{
    // Weak: the records of plugins go when their assemblies do.
    private static readonly ConditionalWeakTable<Type, ConcurrentDictionary<RecordWriter, JsonObject>> Written = [];

    /// <summary>Removes from <paramref name="whole"/>, a record as <paramref name="writer"/> writes it, the fields that have their default or are null.</summary>
    public static void Remove(Type type, JsonObject whole, RecordWriter writer)
    {
        var defaults = Written.GetOrCreateValue(type).GetOrAdd(writer, made => Write(type, made));
        foreach (var field in RecordPlan.For(type).Fields)
        {
            var value = whole[field.Name];
            if (value is null)
                whole.Remove(field.Name);
            else if (!field.Required && JsonNode.DeepEquals(value, defaults[field.Name]))
                whole.Remove(field.Name);
            else
                RemoveInside(field.Value, value, writer);
        }
    }

    private static void RemoveInside(ValuePlan plan, JsonNode value, RecordWriter writer)
    {
        switch (plan)
        {
            case NestedPlan when value is JsonObject nested && !writer.HasOwn(plan.Type):
                Remove(plan.Type, nested, writer);
                break;
            case ListPlan { Element: NestedPlan element } when value is JsonArray list && !writer.HasOwn(element.Type):
                foreach (var item in list.OfType<JsonObject>())
                    Remove(element.Type, item, writer);
                break;
        }
    }

    private static JsonObject Write(Type type, RecordWriter writer)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
            writer.Write(json, RecordPlan.For(type).Create());
        return JsonNode.Parse(content.ToArray())!.AsObject();
    }
}
