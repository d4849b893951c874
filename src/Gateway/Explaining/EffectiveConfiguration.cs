using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Explaining;

/// <summary>A configuration record as its fields and values, defaults included, secrets left out.</summary>
internal static class EffectiveConfiguration
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Field names (dotted inside records) with their values as JSON; fields without a value are left out.</summary>
    public static IEnumerable<(string Field, string Value)> Describe(object record, string prefix = "")
    {
        foreach (var field in RecordPlan.For(record.GetType()).Fields)
        {
            var value = field.Property.GetValue(record);
            var name = prefix + field.Name;
            if (value is null || value is ICollection { Count: 0 }) continue;
            if (field.Secret) yield return (name, "(secret)");
            else if (value is Reference reference) yield return (name, $"\"{reference.Id}\"");
            else if (IsRecord(value))
                foreach (var inner in Describe(value, name + ".")) yield return inner;
            else if (Records(value) is { } records)
                for (var i = 0; i < records.Count; i++)
                    foreach (var inner in Describe(records[i], $"{name}[{i}].")) yield return inner;
            else
                yield return (name, JsonSerializer.Serialize(value, value.GetType(), Json));
        }
    }

    /// <summary>The elements of a list of records; null for anything else.</summary>
    private static List<object>? Records(object value) =>
        value is IEnumerable list and not string and not IDictionary && list.OfType<object>().ToList() is { Count: > 0 } elements && elements.TrueForAll(IsRecord)
            ? elements
            : null;

    private static bool IsRecord(object? value) =>
        value?.GetType() is { IsClass: true, IsArray: false, Namespace: { } space } && space.StartsWith("Sluice.", StringComparison.Ordinal);
}
