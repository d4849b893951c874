using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Control.ConfigApi;

/// <summary>Reads the JSON bodies of requests under <c>/api</c> into records, strictly: every problem is listed, unknown fields are problems.</summary>
public static class RequestBody
{
    /// <summary>Most bytes of a body that is one small object.</summary>
    public const int SmallObject = 64 * 1024;

    private static readonly ReadLimits Limits = new() { Bytes = SmallObject, Depth = 32 };

    /// <summary>The record, or null when the body is none; the refusal has been answered then.</summary>
    public static async Task<T?> ReadAsync<T>(HttpContext http) where T : class
    {
        var (content, refusal) = await ReadBytesAsync(http, SmallObject);
        if (content is null)
        {
            await Envelope.RefuseAsync(http, refusal!.Value.Status, refusal.Value.Error);
            return null;
        }
        var problems = new List<Problem>();
        var (root, unreadable) = DocumentParser.Parse("body", content, DocumentFormat.Json, Limits);
        if (unreadable is not null) problems.Add(unreadable);
        else if (root is not MapNode) problems.Add(new Problem(root!.Place, "body", "", $"expected an object, not {root.Describe()}"));
        var record = problems.Count == 0 ? RecordBinder.Bind(typeof(T), (MapNode)root!, new Binding("body", problems)) : null;
        if (record is not null) return (T)record;
        await RefuseAsync(http, problems);
        return null;
    }

    /// <summary>Answers 400 with all of <paramref name="problems"/>; the first is told in <c>error.message</c> and <c>error.field</c>, too.</summary>
    public static Task RefuseAsync(HttpContext http, IReadOnlyList<Problem> problems) => Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError(
        "VALIDATION_FAILED",
        problems[0].Field.Length > 0 ? $"{problems[0].Field}: {problems[0].Message}" : $"the body {problems[0].Message}",
        problems[0].Field.Length > 0 ? problems[0].Field : null,
        new { Problems = problems.Select(p => new { p.Field, p.Message, Line = p.Place.Line > 0 ? p.Place.Line : (int?)null }) }));

    /// <summary>The bytes of a JSON body of at most <paramref name="most"/> bytes, or why it is refused.</summary>
    public static async Task<(byte[]? Content, (int Status, ApiError Error)? Refusal)> ReadBytesAsync(HttpContext http, int most)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase))
            return (null, (StatusCodes.Status415UnsupportedMediaType, new ApiError("UNSUPPORTED_MEDIA_TYPE", "send the body as application/json")));
        var tooLarge = (StatusCodes.Status413PayloadTooLarge, new ApiError("BODY_TOO_LARGE", $"the body may have at most {most} bytes"));
        if (http.Request.ContentLength > most) return (null, tooLarge);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (content.Length + read > most) return (null, tooLarge);
            content.Write(buffer, 0, read);
        }
        return (content.ToArray(), null);
    }
}
