using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Sluice.Foundation.JsonSchemas;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.OpenApi;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.Mocking;

/// <summary>Chooses of what an operation may answer: a status, then a media type, then an example.</summary>
internal sealed class MockAnswers(MockingConfig config, OpenApiDocument document, Random random)
{
    private static readonly KeyValuePair<string, StringValues>[] Mark = [new("X-Kong-Mocking-Plugin", "true")];
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SchemaExample examples = new(document.Root);

    /// <param name="operation">What was asked for.</param>
    /// <param name="wishes">How it is to be answered.</param>
    /// <param name="accept">The client's Accept; null without one.</param>
    public Answer Choose(OpenApiOperation operation, MockWishes wishes, string? accept)
    {
        if (ChooseStatus(operation, wishes, out var refusal) is not { } status) return refusal!.Answer;
        var response = operation.Response(status)!;
        if (response.Content.Count == 0) return new Answer { Status = status, Headers = Mark };
        foreach (var media in Acceptable(response.Content, accept))
        {
            if (wishes.Example is { } id && Named(media, id) is null) return MockingErrors.Example(id).Answer;
            if (Body(media, wishes.Example) is { } body)
                return new Answer { Status = status, Headers = Mark, Body = body, ContentType = media.Type.Exactness < 2 ? "application/json" : media.Type.IsJson ? $"{media.Name}; charset=utf-8" : media.Name };
        }

        return MockingErrors.NotAcceptable.Answer;
    }

    private int? ChooseStatus(OpenApiOperation operation, MockWishes wishes, out GatewayError? refusal)
    {
        refusal = null;
        if (wishes.Status is { } wanted)
        {
            if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is >= 200 and <= 599 && operation.Response(asked) is not null) return asked;
            refusal = MockingErrors.Status(wanted);
            return null;
        }

        // A class of statuses stands for its first, the default for success.
        var statuses = operation.Responses.Select(r => r.Code ?? (r.Status == "DEFAULT" ? 200 : (r.Status[0] - '0') * 100))
            .Where(s => s >= 200 && (config.IncludedStatusCodes is null || config.IncludedStatusCodes.Contains(s))).Distinct().Order().ToList();
        if (statuses.Count > 0) return statuses[config.RandomStatusCode ? random.Next(statuses.Count) : 0];
        refusal = MockingErrors.NoStatus;
        return null;
    }

    /// <summary>Those that the client takes, what it likes best first, and of equals JSON.</summary>
    private static IEnumerable<OpenApiMedia> Acceptable(IReadOnlyList<OpenApiMedia> all, string? accept)
    {
        var ranges = (accept ?? "*/*").Split(',').Select(Range).Where(r => r.Type is not null).ToList();
        return all.Select(m => (Media: m, Quality: ranges.Where(r => r.Type!.Includes(m.Type) || m.Type.Includes(r.Type!)).OrderByDescending(r => r.Type!.Exactness).Select(r => r.Quality).FirstOrDefault()))
            .Where(m => m.Quality > 0).OrderByDescending(m => m.Quality).ThenByDescending(m => m.Media.Type.IsJson).Select(m => m.Media);
    }

    private static (MediaType? Type, double Quality) Range(string text)
    {
        var quality = 1.0;
        foreach (var parameter in text.Split(';').Skip(1))
            if (parameter.Trim() is ['q' or 'Q', '=', ..] q && double.TryParse(q[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) quality = Math.Min(number, 1);
        return (MediaType.Parse(text.Split(';')[0]), quality);
    }

    private byte[]? Body(OpenApiMedia media, string? id)
    {
        JsonNode? value;
        if (id is not null) value = Named(media, id)!["value"];
        else if (media.Description.ContainsKey("example")) value = media.Description["example"];
        else if (media.Description["examples"] is JsonObject { Count: > 0 } several) value = Named(media, several.ElementAt(config.RandomExamples ? random.Next(several.Count) : 0).Key)?["value"];
        else if (media.Description.ContainsKey("schema")) value = examples.Make(media.Description["schema"]);
        else return [];
        if (media.Type.IsJson || media.Type.Exactness < 2) return JsonSerializer.SerializeToUtf8Bytes(value, Relaxed);

        // Other types can be mocked only where a text or a number is given.
        return value is JsonValue scalar ? Encoding.UTF8.GetBytes(scalar.TryGetValue<string>(out var text) ? text : scalar.ToJsonString()) : null;
    }

    private JsonObject? Named(OpenApiMedia media, string id)
    {
        if (media.Description["examples"] is not JsonObject all || !all.TryGetPropertyValue(id, out var found)) return null;
        for (var i = 0; i < 10; i++)
        {
            if (found is not JsonObject example) return null;
            if (example["$ref"]?.ToString() is not { } reference) return example;
            if (!reference.StartsWith('#') || !JsonPointer.TryFind(document.Root, Uri.UnescapeDataString(reference[1..]), out found)) return null;
        }

        return null;
    }
}
