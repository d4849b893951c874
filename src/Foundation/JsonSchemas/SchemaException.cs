namespace Sluice.Foundation.JsonSchemas;

/// <summary>Thrown inside the compiler, where the recursion has to be left at once; never leaves <see cref="JsonSchemaSet"/>.</summary>
internal sealed class SchemaException(string pointer, string message) : Exception(message)
{
    public string Pointer { get; } = pointer;
}

/// <summary>Why a schema cannot be used.</summary>
/// <param name="Pointer">Where, as a JSON pointer into its document.</param>
/// <param name="Message">What is wrong there.</param>
public sealed record SchemaProblem(string Pointer, string Message)
{
    public override string ToString() => $"{(Pointer.Length == 0 ? "the schema" : Pointer)}: {Message}";
}
