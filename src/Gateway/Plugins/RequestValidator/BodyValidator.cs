using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>Checks bodies by JSON Schema or by Kong's own.</summary>
internal sealed class BodyValidator
{
    private const int MaxDepth = 128;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth };

    private readonly JsonSchemaValidator? schema;
    private readonly KongSchema? kong;

    private BodyValidator(JsonSchemaValidator? schema, KongSchema? kong)
    {
        this.schema = schema;
        this.kong = kong;
    }

    /// <summary>Null without a problem when no schema is configured.</summary>
    public static (BodyValidator? Validator, string? Problem) Compile(RequestValidatorConfig config)
    {
        if (config.BodySchema is not { } text) return (null, null);
        if (config.Version != "kong")
        {
            var (validator, _, problem) = SchemaText.Compile(text, config.Version);
            return validator is null ? (null, problem) : (new BodyValidator(validator, null), null);
        }

        var (root, broken) = SchemaText.Parse(text);
        if (broken is not null) return (null, broken);
        var (kong, wrong) = KongSchema.Compile(root);
        return kong is null ? (null, wrong) : (new BodyValidator(null, kong), null);
    }

    /// <summary>What is wrong: a text, or an object that says it field by field; null when nothing is.</summary>
    public JsonNode? Check(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            if (kong is not null) return kong.Check(document.RootElement);
            return schema!.Validate(document.RootElement) is [var first, ..] ? JsonValue.Create(first.ToString()) : null;
        }
        catch (JsonException e)
        {
            return JsonValue.Create($"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, found only when the string is asked for.
            return JsonValue.Create("the body has a string that is not valid Unicode");
        }
    }
}
