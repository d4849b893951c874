using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.OpenApi;

/// <summary>An OpenAPI document (3.0, 3.1), ready to be looked up in.</summary>
/// <param name="root">As it was written, for what is taken from it as it is: examples.</param>
/// <param name="paths">The most concrete first.</param>
/// <param name="basePaths">The paths of its servers.</param>
internal sealed class OpenApiDocument(JsonObject root, IReadOnlyList<OpenApiPath> paths, IReadOnlyList<string> basePaths)
{
    public JsonObject Root { get; } = root;

    public IReadOnlyList<string> BasePaths { get; } = basePaths;

    public IReadOnlyList<OpenApiPath> Paths { get; } = paths;

    /// <summary>The operation for a path and method; null with whether there is such a path at all.</summary>
    /// <param name="path">As the request has it.</param>
    /// <param name="method">Upper case.</param>
    /// <param name="under">The base paths that paths of the document stand under.</param>
    public OpenApiMatch? Find(string path, string method, IReadOnlyList<string> under, out bool pathIsKnown)
    {
        pathIsKnown = false;
        var values = new List<(string Name, string Value)>();
        foreach (var prefix in under)
        {
            var rest = path.AsSpan();
            if (prefix.Length > 0)
            {
                if (!rest.StartsWith(prefix, StringComparison.Ordinal) || (rest.Length > prefix.Length && rest[prefix.Length] != '/')) continue;
                rest = rest.Length == prefix.Length ? "/" : rest[prefix.Length..];
            }

            foreach (var candidate in Paths)
            {
                if (!candidate.Template.TryMatch(rest, values)) continue;
                pathIsKnown = true;
                foreach (var operation in candidate.Operations)
                    if (operation.Method == method) return new OpenApiMatch(candidate, operation, values);
            }
        }

        return null;
    }
}

/// <summary>One path with its operations.</summary>
internal sealed record OpenApiPath(PathTemplate Template, IReadOnlyList<OpenApiOperation> Operations);

/// <summary>What a request is, by a document.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Operation">Its operation.</param>
/// <param name="Values">The parameters in the path, still encoded.</param>
internal sealed record OpenApiMatch(OpenApiPath Path, OpenApiOperation Operation, IReadOnlyList<(string Name, string Value)> Values);

/// <summary>What may be asked for by one method on one path, and what is answered.</summary>
internal sealed class OpenApiOperation
{
    public required string Method { get; init; }

    public required IReadOnlyList<OpenApiParameter> Parameters { get; init; }

    public OpenApiBody? Body { get; init; }

    public required IReadOnlyList<OpenApiResponse> Responses { get; init; }

    /// <summary>The response for a status: its own, that of its class, or the default one.</summary>
    public OpenApiResponse? Response(int status) => Responses.Where(r => r.Exactness(status) > 0).MaxBy(r => r.Exactness(status));
}

/// <param name="Name">Case counts, but not in headers.</param>
/// <param name="In"><c>path</c>, <c>query</c>, <c>header</c> or <c>cookie</c>.</param>
/// <param name="Required">It must be there.</param>
/// <param name="Reader">How it is written; null for one that is a whole document.</param>
/// <param name="Schema">What it must be; null for anything.</param>
/// <param name="IsJson">It is a whole document of JSON.</param>
internal sealed record OpenApiParameter(string Name, string In, bool Required, ParameterStyleReader? Reader, JsonSchemaValidator? Schema, bool IsJson);

/// <summary>The body of a request.</summary>
internal sealed record OpenApiBody(bool Required, IReadOnlyList<OpenApiMedia> Content)
{
    /// <summary>What is said of bodies of that type; the most exact counts.</summary>
    public OpenApiMedia? For(MediaType type) => Content.FirstOrDefault(m => m.Type.Includes(type));
}

/// <summary>A body of one media type.</summary>
/// <param name="Type">The type, or a range of types.</param>
/// <param name="Name">As it is written.</param>
/// <param name="Schema">What it must be; null for anything.</param>
/// <param name="Shape">What the texts of a form are read as.</param>
/// <param name="Description">All that the document says of it.</param>
internal sealed record OpenApiMedia(MediaType Type, string Name, JsonSchemaValidator? Schema, ParameterShape Shape, JsonObject Description);

/// <summary>What is answered with a status.</summary>
/// <param name="Status"><c>200</c>, <c>2XX</c> or <c>DEFAULT</c>.</param>
/// <param name="Content">Its bodies; none when it has no body.</param>
internal sealed record OpenApiResponse(string Status, IReadOnlyList<OpenApiMedia> Content)
{
    /// <summary>The status, where it is one.</summary>
    public int? Code => int.TryParse(Status, System.Globalization.CultureInfo.InvariantCulture, out var code) ? code : null;

    public static bool IsStatus(string text) =>
        text.Equals("default", StringComparison.OrdinalIgnoreCase)
        || (text.Length == 3 && text[0] is >= '1' and <= '5' && ((char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[2])) || text[1..].Equals("XX", StringComparison.OrdinalIgnoreCase)));

    /// <summary>How well it fits a status; 0 for not at all.</summary>
    public int Exactness(int status) => Code == status ? 3 : Status == "DEFAULT" ? 1 : Status[1] == 'X' && Status[0] - '0' == status / 100 ? 2 : 0;

    public OpenApiMedia? For(MediaType type) => Content.FirstOrDefault(m => m.Type.Includes(type));
}
