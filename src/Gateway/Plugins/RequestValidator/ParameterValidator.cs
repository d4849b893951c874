using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>Checks one parameter.</summary>
internal sealed class ParameterValidator
{
    private readonly ParameterSchemaConfig config;
    private readonly JsonSchemaValidator? schema;
    private readonly ParameterStyleReader? reader;

    private ParameterValidator(ParameterSchemaConfig config, JsonSchemaValidator? schema, ParameterStyleReader? reader)
    {
        this.config = config;
        this.schema = schema;
        this.reader = reader;
    }

    public bool IsInQuery => config.In == "query";

    public static (ParameterValidator? Validator, string? Problem) Compile(ParameterSchemaConfig config, string version)
    {
        if (config.Schema is null) return (new ParameterValidator(config, null, null), null);
        var (schema, root, problem) = SchemaText.Compile(config.Schema, version);
        if (schema is null) return (null, problem);
        var shape = ParameterShape.Of(root, root!);
        return (new ParameterValidator(config, schema, new ParameterStyleReader(config.Name, ParameterStyleReader.StyleOf(config.Style!)!.Value, config.Explode!.Value, shape)), null);
    }

    /// <summary>What is wrong; null when nothing is.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="query">Its query, where this is about one.</param>
    public string? Check(Exchange exchange, ParameterList? query)
    {
        JsonNode? value;
        switch (config.In)
        {
            case "query":
                if (reader is null) return query!.Of(config.Name).Count == 0 ? Missing() : null;
                if (!reader.TryRead(query!, out value)) return Missing();
                break;
            case "header":
                var values = exchange.Request.Headers[config.Name];
                if (values.Count == 0) return Missing();
                if (reader is null) return null;
                value = reader.Read(string.Join(',', (IEnumerable<string?>)values), static text => text);
                break;
            default:
                if (exchange.Match.Captures?.Named.GetValueOrDefault(config.Name) is not { Length: > 0 } captured) return Missing();
                if (reader is null) return null;
                value = reader.Read(captured, Uri.UnescapeDataString);
                break;
        }

        return schema!.Validate(JsonSerializer.SerializeToElement(value)) is [var first, ..] ? $"{config.In} '{config.Name}' validation failed, [error] {first}" : null;
    }

    private string? Missing() => config.Required ? $"{config.In} '{config.Name}' validation failed, [error] required parameter value not found in request" : null;
}
