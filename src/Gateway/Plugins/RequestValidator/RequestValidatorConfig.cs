using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>What a request's body and parameters must look like.</summary>
internal sealed record RequestValidatorConfig : IChecked
{
    /// <summary>The schema of the body, as JSON: JSON Schema, or with <c>version: kong</c> a list of fields.</summary>
    public string? BodySchema { get; init; }

    /// <summary>The parameters that are looked at.</summary>
    public IReadOnlyList<ParameterSchemaConfig>? ParameterSchema { get; init; }

    /// <summary>What <c>body_schema</c> is written in: Kong's own schema or a version of JSON Schema. Schemas of parameters are JSON Schema always, draft 4 with <c>kong</c>.</summary>
    [OneOf("kong", "draft4", "draft6", "draft7", "draft201909", "draft202012")]
    public string Version { get; init; } = "kong";

    /// <summary>The Content-Types that requests may have; <c>*</c> may stand for a type or subtype.</summary>
    [Unique]
    public IReadOnlyList<string> AllowedContentTypes { get; init; } = ["application/json"];

    /// <summary>Whether the parameters of a Content-Type must be those of the allowed one.</summary>
    public bool ContentTypeParameterValidation { get; init; } = true;

    /// <summary>Whether the client is told what is wrong.</summary>
    public bool VerboseResponse { get; init; }

    public void Check(Action<string, string> report)
    {
        if (BodySchema is null && ParameterSchema is null) report("", "at least one of these fields must be non-empty: 'body_schema', 'parameter_schema'");
        foreach (var type in AllowedContentTypes)
            if (MediaType.Parse(type) is null) report("allowed_content_types", $"'{type}' is no media type");
        if (BodyValidator.Compile(this).Problem is { } body) report("body_schema", body);
        for (var i = 0; i < ParameterSchema?.Count; i++)
        {
            var parameter = ParameterSchema[i];
            foreach (var (field, problem) in parameter.Problems())
                report($"parameter_schema[{i}]{(field.Length == 0 ? "" : ".")}{field}", problem);
            if (!parameter.Problems().Any() && parameter.Schema is not null && ParameterValidator.Compile(parameter, Version).Problem is { } schema)
                report($"parameter_schema[{i}].schema", schema);
        }
    }
}

/// <summary>What one parameter must look like.</summary>
internal sealed record ParameterSchemaConfig
{
    /// <summary>Where it stands.</summary>
    [Required, OneOf("query", "header", "path")]
    public string In { get; init; } = "";

    /// <summary>Its name; in a path, that of the group of the route's regular expression.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Whether it must be there.</summary>
    [Required]
    public bool Required { get; init; }

    /// <summary>How arrays and objects are written: <c>simple</c>, <c>label</c> or <c>matrix</c> in a path, <c>simple</c> in a header, the others in a query.</summary>
    [OneOf("label", "form", "matrix", "simple", "spaceDelimited", "pipeDelimited", "deepObject")]
    public string? Style { get; init; }

    /// <summary>Whether each element or member is written by itself.</summary>
    public bool? Explode { get; init; }

    /// <summary>Its JSON Schema, as JSON; must have a <c>type</c>.</summary>
    public string? Schema { get; init; }

    /// <summary>What is wrong with the fields together.</summary>
    public IEnumerable<(string Field, string Message)> Problems()
    {
        if ((Style is null, Explode is null, Schema is null) is not ((true, true, true) or (false, false, false)))
        {
            yield return ("", "all or none of these fields must be set: 'style', 'explode', 'schema'");
            yield break;
        }

        if (Style is null) yield break;
        string[] styles = In switch { "path" => ["label", "matrix", "simple"], "header" => ["simple"], _ => ["form", "spaceDelimited", "pipeDelimited", "deepObject"] };
        if (!styles.Contains(Style, StringComparer.Ordinal)) yield return ("style", $"style must be one of {string.Join(", ", styles)} in a {In}");
        if (SchemaText.Parse(Schema!).Root is JsonObject schema && schema["type"] is null) yield return ("schema", "must have a 'type'");
    }
}
