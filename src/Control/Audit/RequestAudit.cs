using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Audit;

/// <summary>
/// Writes the audit log of the admin listener. What cannot be written there does not happen: a write is entered before it begins, and is answered 503 when
/// that fails.
/// </summary>
/// <param name="keep">How long entries are kept; null for ever.</param>
public sealed partial class RequestAudit(AuditLog audit, TimeSpan? keep, TimeProvider time, ILoggerFactory logs)
{
    private static readonly TimeSpan PruneEvery = TimeSpan.FromDays(1);

    private const int MostRefusals = 100;
    private static readonly TimeSpan RefusalEvery = TimeSpan.FromSeconds(1);

    private readonly ILogger log = logs.CreateLogger("Sluice.Audit");
    private readonly Lock counting = new();
    private double refusalsLeft = MostRefusals;
    private long countedAt = time.GetTimestamp();
    private long unwritten;
    private long pruneAt;

    /// <summary>Runs <paramref name="next"/>, a write, between the entry that it begins and the one that says how it ended.</summary>
    /// <exception cref="DatabaseException">The first entry could not be written; nothing has happened.</exception>
    internal async Task AroundAsync(HttpContext http, RequestDelegate next)
    {
        var begun = await audit.AppendAsync(AuditedRequest.Describe(http), http.RequestAborted);
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(http);
            status = http.Response.StatusCode;
        }
        catch (DatabaseUnavailableException)
        {
            status = StatusCodes.Status503ServiceUnavailable;
            throw;
        }
        catch (BadHttpRequestException e)
        {
            status = e.StatusCode;
            throw;
        }
        finally
        {
            var note = AuditNote.Of(http);
            await TryAsync(() => audit.AnswerAsync(begun, http.TraceIdentifier, status, AuditedRequest.Clean(note.Object ?? ""), AuditedRequest.Clean(note.Detail ?? "")));
            await TryAsync(PruneAsync);
        }
    }

    /// <summary>Enters what has ended: a refusal, or an attempt to sign in. A flood of them is cut short and counted, so that nobody can fill the disk with them.</summary>
    internal async Task RecordAsync(HttpContext http, string? why = null)
    {
        var entry = AuditedRequest.Describe(http) with { Status = http.Response.StatusCode, Outcome = AuditOutcome.Of(http.Response.StatusCode) };
        if (why is not null) entry = entry with { Detail = AuditedRequest.Clean(why) };
        long missed = 0;
        if (entry.Outcome != AuditOutcome.Success && !Admit(out missed)) return;
        if (missed > 0) entry = entry with { Detail = $"{entry.Detail} (and {missed} more {(missed == 1 ? "refusal" : "refusals")} just before, not entered one by one)".TrimStart() };
        await TryAsync(() => audit.AppendAsync(entry));
    }

    /// <summary>Forgets what is too old, once a day, and enters that.</summary>
    private async Task PruneAsync()
    {
        var now = time.GetUtcNow();
        var due = Interlocked.Read(ref pruneAt);
        if (keep is not { } limit || now.Ticks < due || Interlocked.CompareExchange(ref pruneAt, (now + PruneEvery).Ticks, due) != due) return;
        if (await audit.PruneAsync(limit) is var gone and > 0)
            await audit.AppendAsync(new AuditEntry { Actor = "sluice", ActorKind = "retention", Action = "audit.prune", Outcome = AuditOutcome.Success, Detail = $"{gone} older than {limit.TotalDays:0} days" });
    }

    private bool Admit(out long missed)
    {
        lock (counting)
        {
            refusalsLeft = Math.Min(MostRefusals, refusalsLeft + time.GetElapsedTime(countedAt) / RefusalEvery);
            countedAt = time.GetTimestamp();
            if (refusalsLeft < 1)
            {
                unwritten++;
                missed = 0;
                return false;
            }
            refusalsLeft--;
            missed = unwritten;
            unwritten = 0;
            return true;
        }
    }

    private async Task TryAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (DatabaseException e)
        {
            LogUnwritten(e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "an entry of the audit log could not be written: {Problem}")]
    private partial void LogUnwritten(string problem);
}
