namespace Sluice.Foundation.JsonSchemas;

/// <summary>One thing that a document does not keep to.</summary>
/// <param name="InstancePath">Where in the document, as a JSON pointer; empty for the whole.</param>
/// <param name="SchemaPath">The keyword that says so, as a JSON pointer into the schema.</param>
/// <param name="Message">What is wrong, without the place: <c>must be at most 10</c>.</param>
public sealed record SchemaViolation(string InstancePath, string SchemaPath, string Message)
{
    /// <summary>The message with its place.</summary>
    public override string ToString() => InstancePath.Length == 0 ? Message : $"{InstancePath}: {Message}";
}
