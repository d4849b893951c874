using Microsoft.AspNetCore.Http;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>Refusals of edits: every problem in the words of the body, the first in the error itself.</summary>
internal static class ObjectAnswers
{
    public static Task NotFoundAsync(HttpContext http, Resource resource, string reference) =>
        Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError($"{resource.Code}_NOT_FOUND", $"there is no {resource.Singular} '{reference}'"));

    /// <summary>Another release is current than the client knows, or the object is not what it knows.</summary>
    public static Task ConflictAsync(HttpContext http, Release current) =>
        ReleaseAnswers.RefuseAsync(http, new ChangeResult(ChangeOutcome.Conflict) { Current = current });

    public static Task RefuseAsync(HttpContext http, Resource resource, ChangeResult result) =>
        result is { Outcome: ChangeOutcome.Refused, Edit.Problems: { Count: > 0 } problems } ? RefuseAsync(http, resource, problems) : ReleaseAnswers.RefuseAsync(http, result);

    public static Task RefuseAsync(HttpContext http, Resource resource, IReadOnlyList<EditProblem> problems)
    {
        // What breaks a rule comes first: the rest may follow from it.
        var first = problems.FirstOrDefault(p => p.Refusal == EditRefusal.SchemaViolation) ?? problems[0];
        var (status, code) = first.Refusal switch
        {
            EditRefusal.NotFound => (StatusCodes.Status404NotFound, $"{resource.Code}_NOT_FOUND"),
            EditRefusal.UniqueViolation or EditRefusal.PrimaryKeyViolation => (StatusCodes.Status409Conflict, $"{resource.Code}_EXISTS"),
            EditRefusal.ReferencedByOthers => (StatusCodes.Status409Conflict, $"{resource.Code}_IN_USE"),
            EditRefusal.ForeignKeyViolation when first.Field.Length == 0 => (StatusCodes.Status409Conflict, $"{resource.Code}_IN_USE"),
            EditRefusal.ForeignKeyViolation => (StatusCodes.Status422UnprocessableEntity, $"{Missing(first.Field)}_NOT_FOUND"),
            _ when first is { Field: "", Kind: "routes" } => (StatusCodes.Status400BadRequest, "INVALID_ROUTE"),
            _ => (StatusCodes.Status400BadRequest, "VALIDATION_FAILED"),
        };
        return Envelope.RefuseAsync(http, status, new ApiError(
            code,
            first.Field.Length > 0 && first.Refusal == EditRefusal.SchemaViolation ? $"{first.Field}: {first.Message}" : first.Message,
            first.Field.Length > 0 ? first.Field : null,
            new { Problems = problems.Take(1000).Select(p => new { p.Field, p.Message }) }));
    }

    /// <summary>What a field that names something names: <c>SERVICE</c> for <c>service_id</c> and <c>scope.service</c>.</summary>
    private static string Missing(string field)
    {
        var name = field[(field.LastIndexOf('.') + 1)..];
        var end = name.IndexOf('[', StringComparison.Ordinal);
        name = end < 0 ? name : name[..end];
        name = name.EndsWith("_ids", StringComparison.Ordinal) ? name[..^4] : name.EndsWith("_id", StringComparison.Ordinal) ? name[..^3] : name;
        return name.ToUpperInvariant();
    }
}
