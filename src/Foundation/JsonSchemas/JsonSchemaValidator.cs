using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>A compiled schema. Any number of threads may use it at once.</summary>
public sealed class JsonSchemaValidator
{
    private readonly SchemaNode root;

    internal JsonSchemaValidator(SchemaNode root) => this.root = root;

    /// <summary>Whether <paramref name="instance"/> keeps to the schema.</summary>
    public bool IsValid(JsonElement instance) => Validate(instance, 1).Count == 0;

    /// <summary>What <paramref name="instance"/> does not keep to; empty when it is valid.</summary>
    /// <param name="instance">The value.</param>
    /// <param name="most">The most violations that are looked for; the search ends there.</param>
    public IReadOnlyList<SchemaViolation> Validate(JsonElement instance, int most = 1)
    {
        var run = new Evaluation(most);
        try
        {
            if (root.Evaluate(instance, run, null) && run.GivenUp is null) return [];
        }
        catch (InvalidOperationException)
        {
            // A string with half of a surrogate pair is no text; the reader finds that only when it is asked for the string.
            return [new SchemaViolation("", root.Path, "has a string that is not valid Unicode")];
        }

        return run.GivenUp is { } why ? [new SchemaViolation("", root.Path, why)] : run.Violations;
    }
}
