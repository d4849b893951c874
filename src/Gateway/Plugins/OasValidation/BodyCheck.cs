using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.Bodies;
using Sluice.Gateway.Plugins.OpenApi;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.OasValidation;

/// <summary>Holds a body against what the document says of its media type: JSON, forms and plain text; of other types only that they are allowed.</summary>
internal static class BodyCheck
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <summary>What is wrong; null when nothing is.</summary>
    public static string? Check(byte[] body, MediaType type, string? contentType, OpenApiMedia media)
    {
        if (media.Schema is null) return null;
        try
        {
            if (type.IsJson)
            {
                using var document = JsonDocument.Parse(body, Options);
                return Check(document.RootElement, media);
            }

            return type.Name switch
            {
                "application/x-www-form-urlencoded" => ParameterList.OfQuery(Encoding.UTF8.GetString(body)) is { } form ? Check(Form(form, media), media) : "the form has too many fields",
                "multipart/form-data" => MultipartForm.Read(body, contentType ?? "") is { } parts ? Check(Parts(parts, media), media) : "the body is no valid multipart form",
                "text/plain" => Check(media.Shape.Scalar(Encoding.UTF8.GetString(body)), media),
                _ => null,
            };
        }
        catch (JsonException e)
        {
            return $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})";
        }
    }

    private static string? Check(JsonElement value, OpenApiMedia media) => media.Schema!.Validate(value) is [var first, ..] ? first.ToString() : null;

    private static string? Check(JsonNode? value, OpenApiMedia media) => Check(JsonSerializer.SerializeToElement(value), media);

    /// <summary>The fields of a form, read as the schema says; how arrays and objects are written may stand in <c>encoding</c>.</summary>
    private static JsonObject Form(ParameterList fields, OpenApiMedia media)
    {
        var map = new JsonObject();
        foreach (var name in media.Shape.MemberNames.Concat(fields.All.Select(f => f.Name)).Distinct(StringComparer.Ordinal))
        {
            var encoding = (media.Description["encoding"] as JsonObject)?[name] as JsonObject;
            var style = ParameterStyleReader.StyleOf(encoding?["style"]?.ToString() ?? "form") ?? ParameterStyle.Form;
            var explode = encoding?["explode"] is JsonValue flag && flag.TryGetValue<bool>(out var set) ? set : style == ParameterStyle.Form;
            if (new ParameterStyleReader(name, style, explode, media.Shape.Member(name)).TryRead(fields, out var value)) map[name] = value;
        }

        return map;
    }

    private static JsonObject Parts(MultipartForm form, OpenApiMedia media)
    {
        var map = new JsonObject();
        foreach (var name in form.Names)
        {
            var shape = media.Shape.Member(name);
            var values = form.Find(name).ToList();
            map[name] = shape.IsArray ? new JsonArray([.. values.Select(v => Part(v, shape.Items))]) : Part(values[0], shape);
        }

        return map;
    }

    /// <summary>Objects are written as JSON (OpenAPI 3.1, 4.8.14.4).</summary>
    private static JsonNode? Part(string text, ParameterShape shape) => shape.IsObject ? JsonNode.Parse(text, documentOptions: Options) : shape.Scalar(text);
}
