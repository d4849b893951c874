using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Sluice.Control.Identity;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi;

/// <summary>A whole configuration as the body of a request: a declarative file in YAML or JSON.</summary>
internal static class DocumentBody
{
    /// <summary>Most bytes of it.</summary>
    public const int Most = 64 * 1024 * 1024;

    /// <summary>The configuration; null when the body is none, which has been answered then with every problem.</summary>
    public static async Task<ConfigurationTree?> ReadAsync(HttpContext http, ReadOptions options)
    {
        if (FormatOf(http.Request) is not { } format)
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status415UnsupportedMediaType, new ApiError("UNSUPPORTED_MEDIA_TYPE", "send the file as application/yaml or application/json"));
            return null;
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = Most;
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (content.Length + read > Most)
            {
                await Envelope.RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, new ApiError("BODY_TOO_LARGE", $"the body may have at most {Most} bytes"));
                return null;
            }
            content.Write(buffer, 0, read);
        }
        if (!CodeInBodies.MayCheck(Caller.Of(http), DocumentParser.Parse("body", content.GetBuffer().AsSpan(0, (int)content.Length), format).Root))
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status403Forbidden, new ApiError("NOT_ALLOWED", CodeInBodies.Refusal));
            return null;
        }
        var result = ConfigurationTree.Read([new ConfigurationSource("body", content.ToArray(), format)], options);
        if (result.Tree is null)
            await RefuseAsync(http, [.. result.Problems.Where(p => p.Severity == Severity.Error)]);
        return result.Tree;
    }

    /// <summary>Answers 400 with every problem, each with the object and the place that it is about.</summary>
    public static Task RefuseAsync(HttpContext http, IReadOnlyList<Problem> problems) => Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError(
        "INVALID_CONFIGURATION",
        problems.Count == 1 ? $"{problems[0].Object}: {problems[0].Message}" : $"the configuration has {problems.Count} problems; the first: {problems[0].Object}: {problems[0].Message}",
        problems[0].Field.Length > 0 ? problems[0].Field : null,
        new { Problems = problems.Take(1000).Select(p => new { p.Kind, p.Id, p.Object, p.Field, p.Message, Line = p.Place.Line > 0 ? p.Place.Line : (int?)null }) }));

    private static DocumentFormat? FormatOf(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? null : type.MediaType.Value?.ToLowerInvariant() switch
        {
            MediaTypeNames.Application.Json => DocumentFormat.Json,
            "application/yaml" or "application/x-yaml" or "text/yaml" or "text/x-yaml" or MediaTypeNames.Text.Plain => DocumentFormat.Yaml,
            _ => null,
        };
}
