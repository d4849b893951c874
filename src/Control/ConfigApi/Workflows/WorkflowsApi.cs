using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>What <c>/api/v1/workflows</c> has besides the collection itself: versions, switching on and off, running, tests, and the catalogue of nodes.</summary>
internal sealed class WorkflowsApi(ObjectsApi objects, ReleaseManager releases, WorkflowEngine engine)
{
    private const string Address = "/api/v1/workflows";

    /// <summary>Bytes of what a run is started with, and of a document to check.</summary>
    private const int MostBytes = 10 << 20;

    private const int MostVersions = 100;
    private const int MostReleases = 500;

    private static readonly ReadLimits DocumentLimits = new() { Bytes = MostBytes, Depth = 128 };

    public void Map(IEndpointRouteBuilder routes)
    {
        Add(routes.MapGet(Address + "/node-types", ListTypesAsync), new EndpointDescription("List the node types") { ListsAll = true, AnswerType = typeof(NodeTypeView) });
        Add(routes.MapGet(Address + "/node-types/{type}", ShowTypeAsync), new EndpointDescription("Show a node type with the JSON Schema of its parameters") { AnswerType = typeof(NodeTypeView) });
        Add(routes.MapPost(Address + "/check", CheckAsync), new EndpointDescription("Say of each node of a document whether it runs, and everything that is wrong; nothing is stored") { Body = "workflows", AnswerType = typeof(CheckView) });
        Add(routes.MapGet(Address + "/{id}/export", ExportAsync), new EndpointDescription("Show the document as n8n exports it") { ContentTypes = ["application/json"], AnswerType = typeof(JsonObject) });
        Add(routes.MapPost(Address + "/{id}/activate", http => SwitchAsync(http, true)), new EndpointDescription("Let a workflow's triggers start it") { Answer = "workflows" });
        Add(routes.MapPost(Address + "/{id}/deactivate", http => SwitchAsync(http, false)), new EndpointDescription("Keep a workflow's triggers from starting it") { Answer = "workflows" });
        Add(routes.MapGet(Address + "/{id}/versions", VersionsAsync), new EndpointDescription("List the releases that changed a workflow, the newest first") { AnswerType = typeof(VersionsView) }
            .Asks("before", "Only releases before this one, for the next page.").Asks("limit", $"How many at most, 1 to {MostVersions}; 20 unless it is given."));
        Add(routes.MapGet(Address + "/{id}/versions/{number}", VersionAsync), new EndpointDescription("Show a workflow as it was in a release") { Answer = "workflows" });
        Add(routes.MapPost(Address + "/{id}/versions/{number}/restore", RestoreAsync), new EndpointDescription("Make a workflow what it was in a release") { Answer = "workflows" });
        Add(routes.MapPost(Address + "/{id}/run", RunAsync), new EndpointDescription("Run a workflow now") { Status = 202, BodyType = typeof(RunBody), AnswerType = typeof(ExecutionView) });
        Add(routes.MapPost(Address + "/{id}/test-webhook", TestAsync), new EndpointDescription("Give an address whose next call runs the workflow as a test") { Status = 201, BodyType = typeof(TestBody), AnswerType = typeof(TestView) });
    }

    private static void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = "workflows" });

    private static Task ListTypesAsync(HttpContext http) => Envelope.AnswerAsync(http, NodeCatalog.All.Select(t => Show(t, schema: false)));

    private static Task ShowTypeAsync(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["type"]!;
        return NodeCatalog.All.FirstOrDefault(t => string.Equals(t.Type, name, StringComparison.Ordinal) || t.Aliases.Any(a => string.Equals(a.Type, name, StringComparison.Ordinal))) is { } type
            ? Envelope.AnswerAsync(http, Show(type, schema: true))
            : RefuseAsync(http, StatusCodes.Status404NotFound, "NODE_TYPE_NOT_FOUND", $"there is no node type '{name}'");
    }

    private static NodeTypeView Show(NodeDescriptor type, bool schema) => new(
        type.Type, type.Summary, type.Category.ToString().ToLowerInvariant(), type.IsTrigger, [.. type.Aliases.Select(a => new AliasView(a.Type, a.From, a.To))], type.Difference,
        schema ? type.Schema() : null, schema ? null : $"{Address}/node-types/{type.Type}");

    private async Task CheckAsync(HttpContext http)
    {
        if (await BytesAsync(http) is not { } content) return;
        var problems = new List<Problem>();
        var (root, unreadable) = DocumentParser.Parse("body", content, DocumentFormat.Json, DocumentLimits);
        if (unreadable is not null || root is not (MapNode or ListNode))
        {
            await RequestBody.RefuseAsync(http, [unreadable ?? new Problem(root!.Place, "body", "", $"expected an object, not {root.Describe()}")]);
            return;
        }

        var (runs, nodes) = (true, new List<NodeReport>());
        foreach (var document in Sluice.Workflows.Definitions.WorkflowDocuments.In((root as MapNode)?["document"] ?? root, problems))
        {
            var own = new List<Problem>();
            var check = DefinitionReader.Read(document.Map, own, document.Name) is { } definition ? ModelBuilder.Build(definition, own) : null;
            runs &= check?.Model is not null;
            nodes.AddRange(check?.Nodes ?? []);
            problems.AddRange(check?.Problems ?? own);
        }

        runs &= problems.TrueForAll(p => p.Severity != Severity.Error);
        await Envelope.AnswerAsync(http, new CheckView(
            runs, nodes, [.. problems.Select(p => new ProblemView(p.Object, p.Field, p.Message, p.Severity, p.Place.Line > 0 ? p.Place.Line : null))]));
    }

    private Task ExportAsync(HttpContext http) => objects.WithAsync(http, (view, entry) =>
    {
        var json = view.SeesSecrets ? entry.ToJson() : entry.ToMaskedJson();
        var document = json["document"]!.AsObject();
        json.Remove("document");
        document["name"] = entry.Key;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(document.ToJsonString(Readable), http.RequestAborted);
    });

    private Task SwitchAsync(HttpContext http, bool on) => objects.EditAsync(http, on ? "activate" : "deactivate", (tree, entry) => tree.Patch(entry.Kind, entry.Id.ToString(), new JsonObject { ["enabled"] = on }));

    private Task VersionsAsync(HttpContext http) => objects.WithAsync(http, async (_, entry) =>
    {
        if (Number(http.Request.Query["before"], long.MaxValue) is not { } before || Number(http.Request.Query["limit"], 20) is not (>= 1 and <= MostVersions and var limit))
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "VALIDATION_FAILED", $"before is the number of a release, and limit goes from 1 to {MostVersions}");
            return;
        }

        var versions = new List<VersionView>();
        var newest = Math.Min(releases.Current.Release.Number, before - 1);
        var number = newest;
        var tree = number > 0 ? await releases.ReadAsync(number, http.RequestAborted) : null;
        for (; number > 0 && tree is not null && versions.Count < limit && newest - number < MostReleases; number--)
        {
            var earlier = number > 1 ? await releases.ReadAsync(number - 1, http.RequestAborted) : null;
            var (now, then) = (tree.Find(entry.Kind, entry.Id), earlier?.Find(entry.Kind, entry.Id));
            // What it was while it was somebody else's is theirs.
            if (now is not null && !TenantBorders.Covers(Caller.Of(http), now)) break;
            // The first that is kept stands for whatever was before it.
            if ((now, then) is (not null, null) or (null, not null) || (now is not null && then is not null && !now.Json.Span.SequenceEqual(then.Json.Span)))
            {
                if (await releases.FindAsync(number, http.RequestAborted) is { } release)
                    versions.Add(new VersionView(release.Number, release.At, release.Author, release.Note, then is null ? "created" : now is null ? "deleted" : "updated", now is not null && now.Json.Span.SequenceEqual(entry.Json.Span)));
            }

            tree = earlier;
        }

        await Envelope.AnswerAsync(http, new VersionsView(versions, number > 0 && tree is not null ? number + 1 : null));
    });

    private Task VersionAsync(HttpContext http) => WithVersionAsync(http, (view, _, old) => Envelope.AnswerAsync(http, objects.Show(view, old)));

    private Task RestoreAsync(HttpContext http) => WithVersionAsync(http, (_, _, old) => objects.EditAsync(http, $"restore release {http.Request.RouteValues["number"]} of", (tree, entry) =>
    {
        var body = old.ToJson();
        foreach (var own in (string[])["id", "created_at", "updated_at"]) body.Remove(own);
        return tree.Upsert(entry.Kind, entry.Id.ToString(), body);
    }));

    private Task WithVersionAsync(HttpContext http, Func<View, ConfigurationObject, ConfigurationObject, Task> act) => objects.WithAsync(http, async (view, entry) =>
    {
        var old = Number(http.Request.RouteValues["number"] as string, null) is { } number && await releases.ReadAsync(number, http.RequestAborted) is { } tree ? tree.Find(entry.Kind, entry.Id) : null;
        if (old is null || !TenantBorders.Covers(Caller.Of(http), old)) await RefuseAsync(http, StatusCodes.Status404NotFound, "VERSION_NOT_FOUND", "there is no such release, it is not kept any more, or the workflow was not there yet");
        else await act(view, entry, old);
    });

    private Task RunAsync(HttpContext http) => WithModelAsync(http, async (entry, model) =>
    {
        if (await RunInput.ReadAsync(http, MostBytes) is not { } input) return;
        var trigger = input.Trigger is { } name ? model.Find(name) : model.Triggers.FirstOrDefault(t => t.Descriptor.Type is "manual-trigger") ?? model.Triggers.FirstOrDefault();
        if (trigger is null)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "VALIDATION_FAILED", input.Trigger is null ? "trigger: the workflow has no trigger; name the node to begin with" : $"trigger: the workflow has no node '{input.Trigger}'", "trigger");
            return;
        }

        var request = new RunRequest { Trigger = trigger.Name, Items = input.Items, Mode = RunMode.Test, UsePinData = input.Pinned, Tenant = WorkflowTenant.Of(entry.Tags) };
        await StartAsync(http, () => engine.StartAsync(model, request), input.Wait);
    });

    /// <summary>Starts a run and answers with where it can be seen, or with how it ended.</summary>
    internal static async Task StartAsync(HttpContext http, Func<ValueTask<Run>> start, bool wait)
    {
        try
        {
            var run = await start();
            AuditNote.Of(http).Detail = $"run {run.Id}";
            http.Response.Headers.Location = $"{ExecutionsApi.Address}/{run.Id}";
            if (wait) await WaitAsync(run, http.RequestAborted);
            var view = new RunView(new RunData(RunView.DefaultItems, Caller.Of(http).SeesSecrets));
            await Envelope.AnswerAsync(http, wait ? view.Show(run, null) : RunView.Show(run), wait ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
        }
        catch (RunRefusedException refused)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(refused.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "WORKFLOW_BUSY", refused.Message);
        }
    }

    /// <summary>Until it has ended, or waits for something that will not come soon.</summary>
    private static async Task WaitAsync(Run run, CancellationToken gone)
    {
        while (!run.Ended.IsCompleted && run.Phase is not (RunPhase.Waiting or RunPhase.NeedsDecision))
            await Task.WhenAny(run.Ended, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, gone));
        gone.ThrowIfCancellationRequested();
    }

    private Task TestAsync(HttpContext http) => WithModelAsync(http, async (entry, model) =>
    {
        if (await RequestBody.ReadAsync<TestBody>(http) is not { } body) return;
        var webhooks = model.Triggers.Where(t => t.Node is WebhookNode or FormNode).ToList();
        if (webhooks.Find(t => body.Trigger is null || string.Equals(t.Name, body.Trigger, StringComparison.Ordinal)) is not { } trigger)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "VALIDATION_FAILED", body.Trigger is null ? "the workflow has no webhook node" : $"trigger: the workflow has no webhook node '{body.Trigger}'", "trigger");
            return;
        }

        var call = engine.TestCalls.Expect(model, trigger, WorkflowTenant.Of(entry.Tags));
        await Envelope.AnswerAsync(http, new TestView($"{engine.CallsAddress}/test/{call.Token}", trigger.Name, call.Run, $"{ExecutionsApi.Address}/{call.Run}/events", call.Until), StatusCodes.Status201Created);
    });

    private Task WithModelAsync(HttpContext http, Func<ConfigurationObject, WorkflowModel, Task> act) => objects.WithAsync(http, (_, entry) => engine.Workflows.GetValueOrDefault(entry.Key!) is { } model
        ? act(entry, model)
        : RefuseAsync(http, StatusCodes.Status409Conflict, "WORKFLOW_NOT_SERVED", "this node does not serve the workflow yet"));

    private static async Task<byte[]?> BytesAsync(HttpContext http)
    {
        var (content, refusal) = await RequestBody.ReadBytesAsync(http, MostBytes);
        if (content is null) await Envelope.RefuseAsync(http, refusal!.Value.Status, refusal.Value.Error);
        return content;
    }

    private static long? Number(string? text, long? absent) =>
        string.IsNullOrEmpty(text) ? absent : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Task RefuseAsync(HttpContext http, int status, string code, string message, string? field = null) => Envelope.RefuseAsync(http, status, new ApiError(code, message, field));

    /// <param name="Schema">JSON Schema of its parameters; in the list, <paramref name="SchemaAt"/> says where that is.</param>
    private sealed record NodeTypeView(string Type, string Summary, string Category, bool Trigger, IReadOnlyList<AliasView> Aliases, string? Difference, JsonObject? Schema, string? SchemaAt);

    private sealed record AliasView(string Type, double From, double To);

    private sealed record CheckView(bool Runs, IReadOnlyList<NodeReport> Nodes, IReadOnlyList<ProblemView> Problems);

    private sealed record ProblemView(string Object, string Field, string Message, Severity Severity, int? Line);

    private sealed record VersionsView(IReadOnlyList<VersionView> Versions, long? NextBefore);

    private sealed record VersionView(long Release, DateTimeOffset At, string Author, string Note, string Action, bool Current);

    private sealed record TestView(string Url, string Trigger, string Execution, string Events, DateTimeOffset ExpiresAt);

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, MaxDepth = 200, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
