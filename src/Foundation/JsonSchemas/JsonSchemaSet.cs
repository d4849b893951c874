using System.Text.Json.Nodes;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>
/// A document with schemas, to be compiled one by one: a schema itself, or one that holds some, such as an OpenAPI document. Nothing is fetched:
/// references lead to places in the document, to the meta-schemas and to documents that were added.
/// </summary>
public sealed class JsonSchemaSet
{
    private const string Unnamed = "schema:///document";

    private readonly SchemaCompiler compiler;
    private readonly SchemaResource document;

    /// <param name="root">The document, without names given twice; it must not change afterwards.</param>
    /// <param name="dialect">The version of its schemas, where they do not say otherwise.</param>
    /// <param name="formats">Whether <c>format</c> is asserted.</param>
    /// <param name="others">Further documents that references may lead to, by their absolute URIs.</param>
    public JsonSchemaSet(JsonNode root, SchemaDialect dialect, bool formats = true, IReadOnlyDictionary<string, JsonNode>? others = null)
    {
        var resources = new SchemaResources(dialect, others);
        document = resources.AddDocument(Unnamed, root, dialect);
        compiler = new SchemaCompiler(resources, formats);
    }

    /// <summary>Compiles a document that is itself one schema.</summary>
    public static (JsonSchemaValidator? Validator, SchemaProblem? Problem) Compile(JsonNode? schema, SchemaDialect dialect, bool formats = true) =>
        schema is null ? (null, new SchemaProblem("", "must be an object or a boolean, not null")) : new JsonSchemaSet(schema, dialect, formats).Compile("");

    /// <summary>The schema at <paramref name="pointer"/> of the document, or why there is none. The same pointer gives the same schema.</summary>
    public (JsonSchemaValidator? Validator, SchemaProblem? Problem) Compile(string pointer)
    {
        try
        {
            if (!JsonPointer.TryFind(document.Root, pointer, out var schema)) throw new SchemaException(pointer, "there is nothing there");
            return (new JsonSchemaValidator(compiler.Compile(schema, pointer)), null);
        }
        catch (SchemaException e)
        {
            return (null, new SchemaProblem(e.Pointer, e.Message));
        }
        catch (InvalidOperationException)
        {
            // A string with half of a surrogate pair is no text, which shows only when it is asked for.
            return (null, new SchemaProblem(pointer, "has a string that is not valid Unicode"));
        }
    }
}
