using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.Identity;
using Sluice.Foundation.Schema;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>
/// <c>/api/v1/executions</c>: the runs of workflows. Where runs are stored, those of all nodes; otherwise those that are under way here. Who is limited to a tenant sees
/// the runs of that tenant's workflows.
/// </summary>
internal sealed class ExecutionsApi
{
    public const string Address = "/api/v1/executions";

    private const int MostItems = 100_000;
    private const int LongestText = 500;

    private static readonly string[] Known = ["workflow", "status", "from", "to", "parent", "tenant", "q", "before", "page", "per_page"];

    private readonly WorkflowEngine _engine;
    private readonly ExecutionFeed _feed;
    private readonly RunPoll _poll;

    public ExecutionsApi(WorkflowEngine engine)
    {
        _engine = engine;
        _feed = new ExecutionFeed(TimeProvider.System);
        engine.Watch += _feed.Add;
        _poll = new RunPoll(
            async ids => engine.History is { } history ? await history.FindAsync(ids) : [], engine.History is { IsShared: true } ? engine.ChangedElsewhereAsync : null, _feed.Add, TimeProvider.System);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        Add(routes.MapGet(Address, ListAsync), new EndpointDescription("List runs, the newest first") { Lists = true, AnswerType = typeof(ExecutionView) }
            .Asks("workflow", "Those of this workflow, by its name.").Asks("status", "queued, running, waiting, needs-decision, succeeded, failed or cancelled.")
            .Asks("from", "Those that began then or later: 2026-11-20T10:00:00Z.").Asks("to", "Those that began before.").Asks("parent", "Those that this run called.").Asks("tenant", "Those of this tenant's workflows.")
            .Asks("q", $"Those with this text in their id, workflow, last node or error, among the newest {RunFilter.Searched}.")
            .Asks("before", "Those behind this run in the list, by its id: the next page, which stays what it is while new runs begin."));
        Add(routes.MapGet(Address + "/events", WatchAllAsync), new EndpointDescription("Follow what happens in the runs of this node, and which runs of other nodes begin and end, as server-sent events") { ContentTypes = ["text/event-stream"] }.Asks("workflow", "Only in runs of this workflow."));
        Add(routes.MapGet(Address + "/{id}", ShowAsync), new EndpointDescription("Show a run with every node's input, output, timing and error") { AnswerType = typeof(ExecutionView) }.Asks("items", $"How many items of each list are shown, at most {MostItems}; {RunView.DefaultItems} unless it is given."));
        Add(routes.MapGet(Address + "/{id}/events", WatchAsync), new EndpointDescription("Follow a run, as server-sent events: first how it stands, then what happens") { ContentTypes = ["text/event-stream"] });
        Add(routes.MapPost(Address + "/{id}/retry", RetryAsync), new EndpointDescription("Try a run that failed again, from the node that failed") { Status = 202, BodyType = typeof(RetryBody), AnswerType = typeof(ExecutionView) });
        Add(routes.MapPost(Address + "/{id}/cancel", CancelAsync), new EndpointDescription("End a run that is under way or waits") { AnswerType = typeof(DoneView) });
        Add(routes.MapPost(Address + "/{id}/decide", DecideAsync), new EndpointDescription("Say what is to be done about a node that must not run twice") { BodyType = typeof(DecisionBody), AnswerType = typeof(DoneView) });
        Add(routes.MapDelete(Address + "/{id}", DeleteAsync), new EndpointDescription("Delete a run that is over, with its history and files") { Status = 204 });
    }

    private static void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = "executions" });

    private async Task ListAsync(HttpContext http)
    {
        if (await Paging.ReadAsync(http) is not { } paging) return;
        var query = http.Request.Query;
        foreach (var (name, value) in query)
            if (!Known.Contains(name, StringComparer.Ordinal) || value.Count > 1 || value.ToString().Length > LongestText)
            {
                var field = AuditedRequest.Clean(name);
                await RefuseAsync(http, 400, "VALIDATION_FAILED", !Known.Contains(name, StringComparer.Ordinal) ? $"{field}: there are only {string.Join(", ", Known)}" : value.Count > 1 ? $"{field}: given twice" : $"{field}: at most {LongestText} characters", field);
                return;
            }

        if (!TryPhase(query["status"].ToString(), out var phase))
        {
            await RefuseAsync(http, 400, "VALIDATION_FAILED", "status: expected queued, running, waiting, needs-decision, succeeded, failed or cancelled", "status");
            return;
        }

        if (!TryTime(query["from"].ToString(), out var from) || !TryTime(query["to"].ToString(), out var to))
        {
            var wrong = TryTime(query["from"].ToString(), out _) ? "to" : "from";
            await RefuseAsync(http, 400, "VALIDATION_FAILED", $"{wrong}: expected a time such as 2026-11-20T10:00:00Z", wrong);
            return;
        }

        var (workflow, parent) = (Text(query["workflow"].ToString()), Text(query["parent"].ToString()));
        var (text, before) = (Text(query["q"].ToString()), Text(query["before"].ToString()));
        var tenants = Tenants(Caller.Of(http));
        if (Text(query["tenant"].ToString()) is { } tenant) tenants = tenants?.Contains(tenant, StringComparer.Ordinal) == false ? [] : [tenant];
        if (_engine.History is { } history)
        {
            var filter = new RunFilter { Workflow = workflow, Phase = phase, From = from, To = to, Parent = parent, Tenants = tenants, Text = text, Before = before, Offset = paging.Offset, Limit = paging.Size };
            var total = await history.CountAsync(filter, http.RequestAborted);
            await Envelope.AnswerAsync(http, (await history.ListAsync(filter, http.RequestAborted)).Select(RunView.Show), page: paging.Of(total));
            return;
        }

        var live = _engine.Active.Where(r => (workflow is null || string.Equals(r.Model.Name, workflow, StringComparison.Ordinal)) && (phase is null || r.Phase == phase) && r.StartedAt >= (from ?? default)
            && (to is null || r.StartedAt < to) && (parent is null || string.Equals(r.Request.Parent?.Id, parent, StringComparison.Ordinal)) && tenants?.Contains(r.Request.Tenant) != false && (text is null || r.Id.Contains(text, StringComparison.OrdinalIgnoreCase) || r.Model.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id, StringComparer.Ordinal).SkipWhile(r => before is not null && !string.Equals(r.Id, before, StringComparison.Ordinal)).Skip(before is null ? 0 : 1).ToList();
        await Envelope.AnswerAsync(http, live.Skip(paging.Offset).Take(paging.Size).Select(RunView.Show), page: paging.Of(live.Count));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var items = RunView.DefaultItems;
        if (http.Request.Query["items"].ToString() is { Length: > 0 } asked && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out items) || items > MostItems))
        {
            await RefuseAsync(http, 400, "VALIDATION_FAILED", $"items: expected a whole number from 0 to {MostItems}", "items");
            return;
        }

        if (await FindAsync(http) is not { } found) return;
        if (await DescribeAsync(http, found.Id, items) is { } whole) await Envelope.AnswerAsync(http, whole);
        else await RefuseAsync(http, 409, "EXECUTION_UNREADABLE", "this program cannot read the history of this run; it is kept as it is");
    }

    private async Task<ExecutionView?> DescribeAsync(HttpContext http, string id, int items) => await _engine.ShowAsync(id) is { } run
        ? new RunView(new RunData(items, Caller.Of(http).SeesSecrets)).Show(run, _engine.History is { } history ? await history.FindAsync(id, http.RequestAborted) : null)
        : null;

    private async Task WatchAllAsync(HttpContext http)
    {
        using var watching = _feed.Watch();
        using var elsewhere = _poll.WatchAll();
        var (workflow, tenants) = (Text(http.Request.Query["workflow"].ToString()), Tenants(Caller.Of(http)));
        var stream = new ExecutionStream(_feed, http);
        var from = stream.Last ?? _feed.Next;
        await stream.StartAsync();
        if (stream.IsLost) await stream.SendAsync("missed", new { });
        await stream.FollowAsync(Math.Min(from, _feed.Next), e => (workflow is null || string.Equals(e.Workflow, workflow, StringComparison.Ordinal)) && tenants?.Contains(e.Tenant) != false, static _ => false);
    }

    private async Task WatchAsync(HttpContext http)
    {
        using var watching = _feed.Watch();
        var id = (string)http.Request.RouteValues["id"]!;
        var stream = new ExecutionStream(_feed, http);
        var next = _feed.Next;
        var summary = await SummaryAsync(id, http);
        if ((summary?.Tenant ?? _engine.TestCalls.Expects(id)?.Tenant) is not { } tenant || !Sees(http, tenant))
        {
            await NotFoundAsync(http, id);
            return;
        }

        using var elsewhere = _poll.Watch(id);
        await stream.StartAsync();
        var shown = summary?.Phase;
        if (stream.Last is null && summary is not null && await DescribeAsync(http, id, RunView.DefaultItems) is { } whole) await stream.SendAsync("execution", whole);
        if (shown is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled && stream.Last is null) return;
        await stream.FollowAsync(
            Math.Min(stream.Last ?? next, next), e => string.Equals(e.Execution, id, StringComparison.Ordinal),
            static e => e.Event is "execution-succeeded" or "execution-failed" or "execution-cancelled",
            // Another node may run it: the store says how it stands.
            async () =>
            {
                if (elsewhere.Standing is not { } now || now.Phase == shown) return false;
                shown = now.Phase;
                if (await DescribeAsync(http, id, RunView.DefaultItems) is { } whole) await stream.SendAsync("execution", whole);
                return now.Phase is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled;
            });
    }

    private async Task RetryAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } found || await RequestBody.ReadAsync<RetryBody>(http) is not { } body) return;
        if (found.Phase is not (RunPhase.Failed or RunPhase.Cancelled))
        {
            await RefuseAsync(http, 409, "EXECUTION_NOT_FAILED", "only a run that failed or was cancelled can be tried again");
            return;
        }

        if (_engine.History is null || !await _engine.CanRetryAsync(found.Id, body.Version is "newest"))
        {
            await RefuseAsync(http, 409, "EXECUTION_NOT_RETRYABLE", "the workflow of now has not the nodes that this run ran, or its history cannot be read");
            return;
        }

        await WorkflowsApi.StartAsync(http, async () => (await _engine.RetryAsync(found.Id, body.Version is "newest"))!, wait: false);
    }

    private async Task CancelAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } found) return;
        if (await _engine.CancelAsync(found.Id, $"cancelled by {Caller.Of(http).Name}")) await Envelope.AnswerAsync(http, new DoneView(found.Id, found.Workflow, "cancel"));
        else await RefuseAsync(http, 409, "EXECUTION_OVER", "the run is over");
    }

    private async Task DecideAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } found || await RequestBody.ReadAsync<DecisionBody>(http) is not { } body) return;
        var items = body.Items is { } given ? RunInput.ItemsOf(Sluice.Workflows.Data.JsJson.Parse(given.ToJsonString())) : null;
        if (body.Items is not null && items is null) await RefuseAsync(http, 400, "VALIDATION_FAILED", "items: expected an object or a list of objects", "items");
        else if (await _engine.DecideAsync(found.Id, Enum.Parse<Decision>(body.Decision, ignoreCase: true), items)) await Envelope.AnswerAsync(http, new DoneView(found.Id, found.Workflow, body.Decision));
        else await RefuseAsync(http, 409, "NO_DECISION_NEEDED", "the run does not wait for a decision");
    }

    private async Task DeleteAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } found) return;
        if (_engine.History is { } history && await history.DeleteAsync(found.Id, http.RequestAborted)) http.Response.StatusCode = StatusCodes.Status204NoContent;
        else await RefuseAsync(http, 409, "EXECUTION_NOT_OVER", "the run is not over; cancel it first");
    }

    /// <summary>The run of the address, as far as the caller may see it; null when there is none, which has been answered then.</summary>
    private async Task<RunSummary?> FindAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        if (await SummaryAsync(id, http) is { } found && Sees(http, found.Tenant)) return found;
        await NotFoundAsync(http, id);
        return null;
    }

    private async Task<RunSummary?> SummaryAsync(string id, HttpContext http)
    {
        if (id.Contains('\0', StringComparison.Ordinal)) return null;
        if (_engine.History is { } history && await history.FindAsync(id, http.RequestAborted) is { } stored) return stored;
        return await _engine.ShowAsync(id) is { } live
            ? new RunSummary(live.Id, live.Model.Name, live.Model.Definition.Version, live.Request.Mode, live.Request.Tenant, live.Request.Parent?.Id, live.Phase, live.StartedAt, null, null, "", null, 0)
            : null;
    }

    private static bool Sees(HttpContext http, string tenant) => Tenants(Caller.Of(http))?.Contains(tenant, StringComparer.Ordinal) != false;

    /// <summary>The tenants whose runs somebody sees; null for all.</summary>
    private static IReadOnlyList<string>? Tenants(Caller caller) => !caller.IsLimited ? null
        : [.. caller.Scopes.Where(s => s.StartsWith(WorkflowTenant.Prefix, StringComparison.Ordinal) && s.Length > WorkflowTenant.Prefix.Length).Select(s => s[WorkflowTenant.Prefix.Length..])];

    private static bool TryPhase(string text, out RunPhase? phase)
    {
        phase = Enum.GetValues<RunPhase>().Where(p => string.Equals(RunView.NameOf(p), text, StringComparison.Ordinal)).Select(p => (RunPhase?)p).FirstOrDefault();
        return phase is not null || text.Length == 0;
    }

    private static bool TryTime(string text, out DateTimeOffset? time)
    {
        time = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read) ? read : null;
        return time is not null || text.Length == 0;
    }

    /// <summary>What a query asks for; null for nothing. What no name can hold finds nothing and does not trouble the database.</summary>
    private static string? Text(string text) => text.Length == 0 ? null : text.Contains('\0', StringComparison.Ordinal) ? "\u0001" : text;

    private static Task NotFoundAsync(HttpContext http, string id) => RefuseAsync(http, 404, "EXECUTION_NOT_FOUND", $"there is no run '{id}', or it is not kept any more");

    private static Task RefuseAsync(HttpContext http, int status, string code, string message, string? field = null) => Envelope.RefuseAsync(http, status, new ApiError(code, message, field));

    /// <summary>What was done about a run.</summary>
    private sealed record DoneView(string Id, string Workflow, string Done);

    /// <summary>How a run is tried again.</summary>
    internal sealed record RetryBody
    {
        /// <summary>With the workflow as it was then, or as it is now.</summary>
        [OneOf("same", "newest")]
        public string Version { get; init; } = "same";
    }

    /// <summary>What is to be done about a node of which nobody knows whether it did its work.</summary>
    internal sealed record DecisionBody
    {
        /// <summary>Run it again, take it as done, or let the run fail.</summary>
        [Required, OneOf("repeat", "skip", "fail")]
        public string Decision { get; init; } = "";

        /// <summary>With skip, what the node is taken to have given.</summary>
        public System.Text.Json.Nodes.JsonNode? Items { get; init; }
    }
}
