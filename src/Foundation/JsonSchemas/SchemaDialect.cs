namespace Sluice.Foundation.JsonSchemas;

/// <summary>The versions of JSON Schema, oldest first. What a document says with <c>$schema</c> wins over what is chosen for it.</summary>
public enum SchemaDialect
{
    Draft4,

    /// <summary>The schemas of OpenAPI 3.0: draft 4 with <c>nullable</c> and without identifiers.</summary>
    OpenApi30,

    Draft6,

    Draft7,

    Draft201909,

    /// <summary>Also the schemas of OpenAPI 3.1.</summary>
    Draft202012,
}
