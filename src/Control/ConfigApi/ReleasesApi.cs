using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Replaying;

namespace Sluice.Control.ConfigApi;

/// <summary>
/// <c>/api/v1/config/releases</c>, <c>plan</c>, <c>export</c> and <c>drift</c>: the configuration as a whole, its history, and what would change.
/// </summary>
public sealed class ReleasesApi(ReleaseManager releases, ConfigurationFile? file, ReadOptions options)
{
    private const int MostPerPage = 200;

    private static readonly string[] File = ["application/yaml", "application/json"];

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/config/releases", ListAsync).Describe(new EndpointDescription("List releases, the newest first") { Lists = true, AnswerType = typeof(Release) });
        app.MapPost("/api/v1/config/releases", ApplyAsync).Describe(new EndpointDescription("Make a file the whole configuration") { Body = "document", BodyContentTypes = File, AnswerType = typeof(ReleaseAnswers.Made), Status = 201 }.Asks("note", "What the release is about."));
        app.MapGet("/api/v1/config/releases/{number}", http => WithNumber(http, "number", number => GetAsync(http, number))).Describe(new EndpointDescription("Show a release and what it changed") { AnswerType = typeof(Shown) });
        app.MapGet("/api/v1/config/releases/{old}/diff/{next}", http => WithNumber(http, "old", old => WithNumber(http, "next", next => DiffAsync(http, old, next)))).Describe(new EndpointDescription("Compare two releases") { AnswerType = typeof(Compared) });
        app.MapPost("/api/v1/config/releases/{number}/rollback", http => WithNumber(http, "number", number => RollbackAsync(http, number))).Describe(new EndpointDescription("Bring the configuration of a release back") { AnswerType = typeof(ReleaseAnswers.Made), Status = 201 }.Asks("note", "What the release is about."));
        app.MapPost("/api/v1/config/plan", PlanAsync).Describe(new EndpointDescription("Show what a file would change") { Body = "document", BodyContentTypes = File, AnswerType = typeof(Planned) }.Asks("replay", "true: what it would do with recent requests, too."));
        app.MapGet("/api/v1/config/export", ExportAsync).Describe(new EndpointDescription("Show the configuration as a file") { ContentTypes = File, Answer = "document" }.Asks("format", "yaml unless it is given, or json.").Asks("release", "A number; the current one unless it is given."));
        app.MapGet("/api/v1/config/drift", DriftAsync).Describe(new EndpointDescription("Compare what is served with the file") { AnswerType = typeof(Drifted) });
    }

    private async Task ListAsync(HttpContext http)
    {
        if (Number(http.Request.Query["page"], 1) is not (> 0 and < 100_000_000 and var page) || Number(http.Request.Query["per_page"], 50) is not (> 0 and <= MostPerPage and var size))
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("BAD_REQUEST", $"page counts from 1, and per_page goes to {MostPerPage}"));
            return;
        }
        var (list, total) = await releases.ListAsync((int)Math.Min((page - 1) * size, int.MaxValue), (int)size, http.RequestAborted);
        ReleaseAnswers.Tag(http, releases.Current.Release);
        await Envelope.AnswerAsync(http, list, page: new Page(total, (int)page, (int)size));
    }

    private async Task GetAsync(HttpContext http, long number)
    {
        if (await releases.FindAsync(number, http.RequestAborted) is not { } release)
        {
            await NotFoundAsync(http);
            return;
        }
        var diff = await releases.DiffAsync(number - 1, number, http.RequestAborted);
        await Envelope.AnswerAsync(http, new Shown(release, releases.Current.Release.Number == number, diff?.ToJson()));
    }

    private async Task DiffAsync(HttpContext http, long old, long next)
    {
        if (await releases.DiffAsync(old, next, http.RequestAborted) is { } diff)
            await Envelope.AnswerAsync(http, new Compared(old, next, diff.Summary(), diff.ToJson(), diff.ToText()));
        else
            await NotFoundAsync(http);
    }

    private async Task ApplyAsync(HttpContext http)
    {
        if (await DocumentBody.ReadAsync(http, options) is { } tree && await ReleaseAnswers.RequestAsync(http, Note(http)) is { } request)
            await ReleaseAnswers.AnswerAsync(http, await releases.ApplyAsync(request, tree, http.RequestAborted));
    }

    private async Task RollbackAsync(HttpContext http, long number)
    {
        if (await ReleaseAnswers.RequestAsync(http, Note(http)) is { } request)
            await ReleaseAnswers.AnswerAsync(http, await releases.RollbackAsync(request, number, http.RequestAborted));
    }

    private async Task PlanAsync(HttpContext http)
    {
        if (await DocumentBody.ReadAsync(http, options) is not { } tree)
            return;
        var plan = releases.Plan(tree, replay: http.Request.Query["replay"] is ["true"]);
        ReleaseAnswers.Tag(http, plan.On);
        if (plan.Problems.Count > 0)
            await DocumentBody.RefuseAsync(http, plan.Problems);
        else
            await Envelope.AnswerAsync(http, new Planned(plan.On.Number, plan.Diff.Summary(), plan.Diff.ToJson(), plan.Diff.ToText(), View(plan.Replay)));
    }

    private static Replayed? View(ReplayReport? replay) => replay is null ? null : new Replayed(replay.Summary(), replay.Requests, replay.Unchanged, replay.Changes);

    /// <summary>A file, and no envelope: what is exported is meant to be saved.</summary>
    private async Task ExportAsync(HttpContext http)
    {
        var current = releases.Current;
        var tree = current.Tree;
        if (http.Request.Query["release"].ToString() is { Length: > 0 } wanted)
        {
            if (Number(wanted, 0) is not { } number || await releases.ReadAsync(number, http.RequestAborted) is not { } old)
            {
                await NotFoundAsync(http);
                return;
            }
            tree = old;
        }
        else
            ReleaseAnswers.Tag(http, current.Release);
        var format = http.Request.Query["format"].ToString();
        if (format is not ("" or "yaml" or "json"))
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("BAD_REQUEST", "format is yaml or json", "format"));
            return;
        }
        http.Response.ContentType = format == "json" ? "application/json; charset=utf-8" : "application/yaml; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(format == "json" ? tree.ToReadableJson() : tree.ToYaml(), http.RequestAborted);
    }

    private Task DriftAsync(HttpContext http) => file?.Drift() is { } drift
        ? Envelope.AnswerAsync(http, new Drifted(releases.Current.Release.Number, !drift.IsEmpty, drift.Summary(), drift.ToJson(), drift.ToText()))
        : Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError("NO_FILE", "the gateway was started without a configuration file, so there is nothing to drift from"));

    private static Task NotFoundAsync(HttpContext http) =>
        Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError("RELEASE_NOT_FOUND", "there is no such release, or it is not kept any more"));

    private static Task WithNumber(HttpContext http, string name, Func<long, Task> act) =>
        Number(http.Request.RouteValues[name] as string, null) is { } number ? act(number) : NotFoundAsync(http);

    /// <summary>The value as a number; null when it is none.</summary>
    private static long? Number(string? text, long? absent) =>
        string.IsNullOrEmpty(text) ? absent : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>What the release is about: at most 1,000 characters on one line.</summary>
    private static string Note(HttpContext http)
    {
        var note = http.Request.Query["note"].ToString();
        note = note.Length > 1000 ? note[..1000] : note;
        return string.Concat(note.Select(c => char.IsControl(c) ? ' ' : c));
    }

    private sealed record Shown(Release Release, bool Current, JsonArray? Changes);

    private sealed record Compared(long Old, long New, string Summary, JsonArray Changes, string Text);

    private sealed record Planned(long CurrentRelease, string Summary, JsonArray Changes, string Text, Replayed? Replay);

    private sealed record Replayed(string Summary, int Requests, int Unchanged, IReadOnlyList<ReplayedChange> Changes);

    private sealed record Drifted(long CurrentRelease, bool Differs, string Summary, JsonArray Changes, string Text);
}
