using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Foundation.Secrets;

namespace Sluice.Foundation.Schema;

/// <summary>Hides the values of secret fields in the JSON of a record. That a secret is set, and where it is kept, stays visible.</summary>
public static partial class RecordSecrets
{
    /// <summary>Stands for the value of a secret field.</summary>
    public const string Mask = "***";

    private static readonly string[] SecretWords = ["password", "secret", "token", "key", "credential"];

    /// <summary>Masks the secret fields of <paramref name="json"/>, a <paramref name="record"/> as <paramref name="writer"/> writes it, in place.</summary>
    public static void Hide(Type record, JsonObject json, RecordWriter writer)
    {
        var plan = RecordPlan.For(record);
        foreach (var (name, value) in json.ToList())
            if (plan.Find(name) is { } field)
                Replace(json, name, value, field.Secret ? Masked(value) : Hidden(field.Value, value, writer));
    }

    /// <summary>Masks, in place, what looks like a secret by its name in an object of which no record is known.</summary>
    public static void HideByName(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
            if (LooksSecret(name))
                Replace(json, name, value, Masked(value));
            else if (value is JsonObject nested)
                HideByName(nested);
    }

    /// <summary>
    /// Masks, in place, what looks like a secret by its name in data of any shape: as <see cref="HideByName"/>, and also in lists, in pairs of a <c>name</c> and a
    /// <c>value</c>, and what requests carry to say who sends them.
    /// </summary>
    public static void HideInData(JsonNode? data)
    {
        switch (data)
        {
            case JsonArray list:
                foreach (var entry in list) HideInData(entry);
                break;
            case JsonObject map:
                var pair = map["name"] is JsonValue named && named.TryGetValue<string>(out var text) && LooksSecretInData(text);
                foreach (var (name, value) in map.ToList())
                    if (LooksSecretInData(name) || (pair && name == "value")) Replace(map, name, value, Masked(value));
                    else HideInData(value);
                break;
        }
    }

    /// <summary>Whether a field of any data is secret by its name.</summary>
    public static bool LooksSecretInData(string name) => LooksSecret(name) || name.Contains("authorization", StringComparison.OrdinalIgnoreCase) || name.Contains("cookie", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the name of a field says that it is secret.</summary>
    public static bool LooksSecret(string name) => Array.Exists(SecretWords, w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value of a secret field, masked: each value of a map or list by itself. A reference to a secret is none.</summary>
    public static JsonNode? Masked(JsonNode? value) => value switch
    {
        null => null,
        JsonObject map => new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, Masked(e.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Masked)]),
        JsonValue text when text.TryGetValue<string>(out var written) && (written.Length == 0 || SecretReference.IsMeant(written) || Variable().IsMatch(written)) => value.DeepClone(),
        _ => JsonValue.Create(Mask),
    };

    private static JsonNode? Hidden(ValuePlan plan, JsonNode? value, RecordWriter writer)
    {
        switch (plan, value)
        {
            case (NestedPlan, JsonObject nested) when !writer.HasOwn(plan.Type):
                Hide(plan.Type, nested, writer);
                break;
            case (ListPlan { Element: NestedPlan element }, JsonArray list) when !writer.HasOwn(element.Type):
                foreach (var entry in list.OfType<JsonObject>())
                    Hide(element.Type, entry, writer);
                break;
            case (MapPlan { Element: NestedPlan element }, JsonObject map) when !writer.HasOwn(element.Type):
                foreach (var (_, entry) in map)
                    if (entry is JsonObject inner)
                        Hide(element.Type, inner, writer);
                break;
        }
        return value;
    }

    private static void Replace(JsonObject json, string name, JsonNode? old, JsonNode? shown)
    {
        if (!ReferenceEquals(old, shown))
            json[name] = shown;
    }

    [GeneratedRegex(@"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
