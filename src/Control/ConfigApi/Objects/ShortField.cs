using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>
/// A field of this API that says in one word what a field of the stored object says in full: <c>method</c> for <c>methods</c>. Answers have both; bodies may
/// give either. Where a body gives both, the one that differs from what is stored counts; when both differ, they have to say the same.
/// </summary>
/// <param name="Name">Its name here.</param>
/// <param name="Field">The field of the stored object.</param>
/// <param name="Schema">Its JSON Schema, with a description.</param>
internal sealed record ShortField(string Name, string Field, JsonObject Schema)
{
    /// <summary>The short value to the full one.</summary>
    public required Func<JsonNode, ConfigurationTree, ShortValue> Read { get; init; }

    /// <summary>The short value of a stored object; null where it has none.</summary>
    public required Func<JsonObject, ConfigurationTree, JsonNode?> Show { get; init; }
}

/// <summary>A value in full, or what is wrong with the short one.</summary>
/// <param name="Value">In full.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
/// <param name="Field">Where inside the short value; empty for all of it.</param>
/// <param name="Missing">It names an object that is not there.</param>
internal readonly record struct ShortValue(JsonNode? Value, string? Problem = null, string Field = "", bool Missing = false)
{
    public static ShortValue Wrong(string problem, string field = "") => new(null, problem, field);

    public static ShortValue NotThere(string problem) => new(null, problem, Missing: true);
}
