using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.ConfigApi;

/// <summary>What changes of the configuration are answered with, in the envelope.</summary>
internal static class ReleaseAnswers
{
    /// <summary>Who asks, and on which release: <c>If-Match: "7"</c>. False when that header is none that releases have; it has been answered then.</summary>
    public static async Task<ChangeRequest?> RequestAsync(HttpContext http, string note)
    {
        var author = Caller.Of(http).Name;
        var expected = http.Request.Headers.IfMatch.ToString();
        if (expected is "" or "*")
            return new ChangeRequest(author, note);
        if (EntityTagHeaderValue.TryParse(expected, out var tag) && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new ChangeRequest(author, note, number);
        await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("BAD_REQUEST", "If-Match is the number of a release in quotes, as ETag tells it", "If-Match"));
        return null;
    }

    /// <summary>Puts the number of the current release in ETag.</summary>
    public static void Tag(HttpContext http, Release release) => http.Response.Headers.ETag = $"\"{release.Number.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Answers a change that made a release, or nothing to change, with the release and its diff; and one that did not with why.</summary>
    public static Task AnswerAsync(HttpContext http, ChangeResult result)
    {
        if (result.Outcome is not (ChangeOutcome.Released or ChangeOutcome.Unchanged))
            return RefuseAsync(http, result);
        Tag(http, result.Current);
        if (result.Outcome == ChangeOutcome.Released)
            AuditNote.Of(http).Detail = $"release {result.Current.Number}";
        return Envelope.AnswerAsync(http,
            new Made(result.Current, result.Outcome == ChangeOutcome.Released, result.Diff!.Summary(), result.Diff.ToJson(), result.Diff.ToText()),
            result.Outcome == ChangeOutcome.Released ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    /// <summary>Answers a change that was not made.</summary>
    public static Task RefuseAsync(HttpContext http, ChangeResult result)
    {
        Tag(http, result.Current);
        return result.Outcome switch
        {
            ChangeOutcome.Conflict => Envelope.RefuseAsync(http, StatusCodes.Status412PreconditionFailed, new ApiError(
                "RELEASE_CONFLICT", $"release {result.Current.Number} is current by now; look at what it changed and try again on it", "If-Match", new { CurrentRelease = result.Current.Number })),
            ChangeOutcome.NotFound => Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError("RELEASE_NOT_FOUND", "there is no such release, or it is not kept any more")),
            ChangeOutcome.ReadOnly => Envelope.RefuseAsync(http, StatusCodes.Status405MethodNotAllowed, new ApiError(
                "READ_ONLY", "the configuration comes from a file and nothing is stored; start with --data or --database to change it here")),
            _ when result.Edit is { Problems.Count: > 0 } edit => RefuseEditAsync(http, edit.Problems),
            _ => DocumentBody.RefuseAsync(http, result.Problems),
        };
    }

    /// <summary>A release that was made, or that changed nothing.</summary>
    public sealed record Made(Release Release, bool Changed, string Summary, JsonArray Changes, string Text);

    private static Task RefuseEditAsync(HttpContext http, IReadOnlyList<EditProblem> problems) => Envelope.RefuseAsync(http,
        problems[0].Refusal switch
        {
            EditRefusal.NotFound => StatusCodes.Status404NotFound,
            EditRefusal.UniqueViolation or EditRefusal.PrimaryKeyViolation => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status400BadRequest,
        },
        new ApiError(
            problems[0].Refusal switch
            {
                EditRefusal.NotFound => "NOT_FOUND",
                EditRefusal.UniqueViolation or EditRefusal.PrimaryKeyViolation => "CONFLICT",
                _ => "VALIDATION_FAILED",
            },
            problems[0].Message, problems[0].Field.Length > 0 ? problems[0].Field : null,
            new { Problems = problems.Select(p => new { p.Kind, p.Id, p.Object, p.Field, p.Message }) }));
}
