using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi;

namespace Sluice.Control.Audit;

/// <summary><c>/api/v1/audit</c>: looking things up in the log, taking it elsewhere, checking its chain.</summary>
public static class AuditEndpoints
{
    private const int MostCharacters = 500;

    public static void MapAudit(this IEndpointRouteBuilder routes, AuditLog audit)
    {
        routes.MapGet("/api/v1/audit", http => ListAsync(http, audit)).Describe(Filtered(new EndpointDescription("Look things up in the audit log") { Lists = true, AnswerType = typeof(EntryView) }));
        routes.MapGet("/api/v1/audit/export", http => ExportAsync(http, audit)).Describe(
            Filtered(new EndpointDescription("Take the audit log elsewhere") { ContentTypes = ["application/x-ndjson", "text/csv"], AnswerType = typeof(EntryView) }).Asks("format", "ndjson unless it is given, or csv."));
        routes.MapGet("/api/v1/audit/verify", async http => await Envelope.AnswerAsync(http, View(await audit.VerifyAsync(http.RequestAborted)))).Describe(new EndpointDescription("Check that nothing was changed in the audit log") { AnswerType = typeof(VerdictView) });
    }

    private static async Task ListAsync(HttpContext http, AuditLog audit)
    {
        if (await ReadFilterAsync(http, "page", "per_page") is not { } filter || await Paging.ReadAsync(http) is not { } paging) return;
        var (entries, total) = await audit.ListAsync(filter, paging.Offset, paging.Size, http.RequestAborted);
        await Envelope.AnswerAsync(http, entries.Select(e => new EntryView(e)), page: paging.Of(total));
    }

    private static async Task ExportAsync(HttpContext http, AuditLog audit)
    {
        if (await ReadFilterAsync(http, "format") is not { } filter) return;
        var format = http.Request.Query["format"].ToString();
        if (format is not ("" or "ndjson" or "csv"))
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", "format: expected ndjson or csv", "format"));
            return;
        }
        var csv = format == "csv";
        // The first piece is read before the answer begins, so that a database that is away still gives 503.
        await using var entries = audit.ReadAsync(filter, http.RequestAborted).GetAsyncEnumerator(http.RequestAborted);
        var more = await entries.MoveNextAsync();
        http.Response.ContentType = csv ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit.{(csv ? "csv" : "ndjson")}\"";
        if (HttpMethods.IsHead(http.Request.Method)) return;
        if (csv) await http.Response.WriteAsync(AuditCsv.Heading, http.RequestAborted);
        for (; more; more = await entries.MoveNextAsync())
            await http.Response.WriteAsync(csv ? AuditCsv.Line(entries.Current) : JsonSerializer.Serialize(new EntryView(entries.Current), Envelope.Json) + "\n", http.RequestAborted);
    }

    private static EndpointDescription Filtered(EndpointDescription description) => description
        .Asks("actor", "By whom: a user, a token.").Asks("action", "What was done.").Asks("object", "To what.").Asks("outcome", string.Join(", ", AuditOutcome.All) + ".")
        .Asks("text", "Somewhere in the entry.").Asks("from", "The earliest time, such as 2026-11-20T10:00:00Z.").Asks("to", "The time before which it was.");

    private static VerdictView View(AuditVerdict verdict) => new(verdict.BrokenAt is null, verdict.Entries, verdict.BrokenAt, verdict.Problem);

    private sealed record VerdictView(bool Whole, long Entries, long? BrokenAt, string? Problem);

    /// <summary>The filter of the query, or null; the refusal has been answered then.</summary>
    private static async Task<AuditFilter?> ReadFilterAsync(HttpContext http, params string[] others)
    {
        string? field = null, problem = null;
        string[] known = ["actor", "action", "object", "outcome", "text", "from", "to", .. others];
        foreach (var (name, value) in http.Request.Query)
        {
            var text = value.ToString();
            problem = !known.Contains(name, StringComparer.Ordinal) ? $"there are only {string.Join(", ", known)}"
                : value.Count > 1 ? "given twice"
                : text.Length > MostCharacters || text.Any(char.IsControl) ? $"expected at most {MostCharacters} printable characters"
                : name == "outcome" && !AuditOutcome.All.Contains(text, StringComparer.Ordinal) ? $"expected one of: {string.Join(", ", AuditOutcome.All)}"
                : name is "from" or "to" && Time(text) is null ? "expected a time such as 2026-11-20T10:00:00Z"
                : null;
            field = AuditedRequest.Clean(name);
            if (problem is not null) break;
        }
        if (problem is not null)
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", $"{field}: {problem}", field));
            return null;
        }
        return new AuditFilter
        {
            Actor = Text("actor"),
            Action = Text("action"),
            Object = Text("object"),
            Outcome = Text("outcome"),
            Text = Text("text"),
            From = Time(Text("from")),
            To = Time(Text("to")),
        };

        string? Text(string name) => http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private sealed record EntryView(
        long Seq, DateTimeOffset At, string Actor, string ActorKind, string Address, string Method, string Path, string Action, string Object, long? Status,
        string Outcome, string RequestId, string Detail, string Hash)
    {
        public EntryView(AuditEntry e)
            : this(e.Seq, DateTimeOffset.FromUnixTimeMilliseconds(e.At), e.Actor, e.ActorKind, e.Address, e.Method, e.Path, e.Action, e.Object,
                e.Status == 0 ? null : e.Status, e.Outcome, e.RequestId, e.Detail, e.Hash)
        {
        }
    }
}

/// <summary>Entries as lines of RFC 4180.</summary>
internal static class AuditCsv
{
    public const string Heading = "seq,at,actor,actor_kind,address,method,path,action,object,status,outcome,request_id,detail,hash\r\n";

    public static string Line(AuditEntry e)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(e.At).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = new StringBuilder($"{e.Seq},{at}");
        foreach (var cell in (string[])[e.Actor, e.ActorKind, e.Address, e.Method, e.Path, e.Action, e.Object, e.Status == 0 ? "" : $"{e.Status}", e.Outcome, e.RequestId, e.Detail, e.Hash])
            line.Append(',').Append(Csv.Cell(cell));
        return line.Append("\r\n").ToString();
    }
}
