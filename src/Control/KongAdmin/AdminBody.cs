using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Sluice.Control.KongAdmin;

/// <summary>The arguments of a write: a JSON object, or form fields.</summary>
internal static class AdminBody
{
    // A whole configuration of tens of thousands of objects; anything else is much smaller.
    public const int MostBytes = 64 * 1024 * 1024;

    private const int MostFields = 10_000;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>The object that the body holds, empty without a body; or the refusal.</summary>
    /// <param name="http">The request.</param>
    /// <param name="schemaOf">The schema of the object, which gives form fields their types; it is told the fields' own texts first.</param>
    public static async Task<(JsonObject? Body, AdminAnswer? Refusal)> ReadAsync(HttpContext http, Func<JsonObject, JsonObject> schemaOf)
    {
        if (!TryAllowSize(http, MostBytes))
            return (null, AdminAnswer.Message(413, "Payload Too Large"));
        if (http.Request.ContentType is not { Length: > 0 } declared)
            return http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? (null, Unsupported()) : ([], null);
        if (!MediaTypeHeaderValue.TryParse(declared, out var type))
            return (null, Unsupported());
        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return await ReadJsonAsync(http);
        if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return await ReadFormAsync(http, schemaOf);
        return (null, Unsupported());
    }

    /// <summary>Lets this request's body be larger than the listener's limit; false when it says that it is larger still.</summary>
    public static bool TryAllowSize(HttpContext http, long most)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = most;
        return http.Request.ContentLength is not { } length || length <= most;
    }

    private static async Task<(JsonObject? Body, AdminAnswer? Refusal)> ReadJsonAsync(HttpContext http)
    {
        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, documentOptions: Strict, cancellationToken: http.RequestAborted) is JsonObject body && Complete(body)
                ? (body, null)
                : (null, NotJson());
        }
        catch (JsonException)
        {
            return (null, NotJson());
        }
    }

    /// <summary>A name that occurs twice, and text that is none (half of a surrogate pair), show only when the object is looked into.</summary>
    private static bool Complete(JsonNode? node)
    {
        try
        {
            return node switch
            {
                JsonObject map => map.All(e => Complete(e.Value)),
                JsonArray list => list.All(Complete),
                JsonValue value when value.GetValueKind() == JsonValueKind.String => value.TryGetValue<string>(out _),
                _ => true,
            };
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<(JsonObject? Body, AdminAnswer? Refusal)> ReadFormAsync(HttpContext http, Func<JsonObject, JsonObject> schemaOf)
    {
        IFormCollection form;
        try
        {
            http.Features.Set<IFormFeature>(new FormFeature(http.Request, new FormOptions
            {
                ValueCountLimit = MostFields,
                ValueLengthLimit = MostBytes,
                BufferBodyLengthLimit = MostBytes,
                MultipartBodyLengthLimit = MostBytes,
            }));
            form = await http.Request.ReadFormAsync(http.RequestAborted);
        }
        // A multipart body that ends too early is an IOException, which what Kestrel throws for a broken request is, too.
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            return (null, AdminAnswer.Message(400, "Cannot parse form body"));
        }
        var fields = form.ToList();
        foreach (var file in form.Files)
        {
            using var reader = new StreamReader(file.OpenReadStream());
            fields.Add(KeyValuePair.Create(file.Name, new StringValues(await reader.ReadToEndAsync(http.RequestAborted))));
        }
        var untyped = FormFields.ToObject(fields.Where(f => f.Value.Count == 1), []);
        return (FormFields.ToObject(fields, schemaOf(untyped)), null);
    }

    private static AdminAnswer NotJson() => AdminAnswer.Message(400, "Cannot parse JSON body");

    private static AdminAnswer Unsupported() => AdminAnswer.Message(415, "Unsupported media type");
}
