using System.Text.Json;

namespace Sluice.Foundation.Secrets;

/// <summary>A place that secrets come from. Safe from any thread; may block for as long as its own time limit, so never called on an event loop.</summary>
public abstract class SecretSource
{
    /// <summary>The value behind <paramref name="reference"/>, or why there is none. Never throws because of what is outside.</summary>
    public abstract SecretLookup Find(SecretReference reference);

    /// <summary>The field <paramref name="key"/> of a secret that is a JSON object; strings as they are, other values as JSON.</summary>
    protected static string? FieldOf(string json, string key)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(key, out var field) ? TextOf(field) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    protected static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

/// <summary>A secret, or why it could not be had.</summary>
/// <param name="Value">The secret; null when there is none.</param>
/// <param name="Problem">For people, without the value of any secret; null when there is a value.</param>
public readonly record struct SecretLookup(string? Value, string? Problem)
{
    public static SecretLookup Found(string value) => new(value, null);

    public static SecretLookup Missing(string problem) => new(null, problem);

    public override string ToString() => Problem ?? "(secret)";
}

/// <summary>A secret that a configuration uses, with where it came from: to see whether it has changed, and to show the reference in its place.</summary>
public sealed class ResolvedSecret(SecretReference reference, SecretSource source, string value)
{
    public SecretReference Reference { get; } = reference;

    public SecretSource Source { get; } = source;

    public string Value { get; } = value;

    public override string ToString() => Reference.Text;
}
