using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.Identity;
using Sluice.Control.KongAdmin;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>The addresses of one collection: list, create, read, replace, change, delete. Each write is a release.</summary>
internal sealed class ObjectsApi(ReleaseManager releases, Func<GatewaySnapshot> live, Resource resource)
{
    private const int LongestText = 200;

    private string Address => resource.Address;

    public void Map(IEndpointRouteBuilder routes)
    {
        var (one, many) = (resource.Singular, resource.Name);
        Add(routes.MapGet(Address, ListAsync), new EndpointDescription($"List {many}") { Lists = true, Answer = resource.Name }
            .Asks("tags", "Those with all of these tags (a,b) or any of them (a/b).").Asks("q", "Those whose name, tags, paths or hosts have this text in them."));
        Add(routes.MapPost(Address, CreateAsync), new EndpointDescription($"Create a {one}") { Body = resource.Name, Answer = resource.Name, Status = 201 });
        Add(routes.MapGet(Address + "/{id}", http => WithAsync(http, (view, entry) => ShowAsync(http, view, entry))), new EndpointDescription($"Show a {one}") { Answer = resource.Name });
        Add(routes.MapPut(Address + "/{id}", http => EditAsync(http, whole: true)), new EndpointDescription($"Replace a {one}") { Body = resource.Name, Answer = resource.Name });
        Add(routes.MapPatch(Address + "/{id}", http => EditAsync(http, whole: false)), new EndpointDescription($"Change fields of a {one}; null gives a field its default") { Body = resource.Name, Answer = resource.Name });
        Add(routes.MapDelete(Address + "/{id}", DeleteAsync), new EndpointDescription($"Delete a {one} with what belongs to it") { Status = 204 });
        if (resource is not Routes)
            return;
        Add(routes.MapPost(Address + "/{id}/enable", http => SwitchAsync(http, true)), new EndpointDescription("Let a route take requests again") { Answer = resource.Name });
        Add(routes.MapPost(Address + "/{id}/disable", http => SwitchAsync(http, false)), new EndpointDescription("Take a route out of the routing table without deleting it") { Answer = resource.Name });
    }

    private void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = resource.Group });

    private async Task ListAsync(HttpContext http)
    {
        if (await Paging.ReadAsync(http) is not { } paging)
            return;
        var tags = http.Request.Query["tags"];
        if (!TagFilter.TryParse(tags.Count == 0 ? null : tags.ToString(), out var filter))
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("VALIDATION_FAILED", "tags: expected a,b for all of them or a/b for any of them", "tags"));
            return;
        }
        var text = http.Request.Query["q"].ToString();
        if (text.Length > LongestText)
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("VALIDATION_FAILED", $"q: at most {LongestText} characters", "q"));
            return;
        }
        var current = releases.Current;
        if (ObjectTag.NotModified(http, ObjectTag.Of(current.Release.Number)))
            return;
        var caller = Caller.Of(http);
        var found = current.Tree.All(resource.Kind)
            .Where(o => resource.Holds(o) && TenantBorders.Covers(caller, o) && filter.Matches(o.Tags) && (text.Length == 0 || resource.Mentions(o, text))).ToList();
        var view = new View(current.Tree, live(), caller.SeesSecrets);
        await Envelope.AnswerAsync(http, found.Skip(paging.Offset).Take(paging.Size).Select(o => resource.Show(view, o)), page: paging.Of(found.Count));
    }

    private async Task CreateAsync(HttpContext http)
    {
        if (await ObjectBody.ReadAsync(http) is not { } body)
            return;
        var edit = await ChangeAsync(http, $"create {resource.Singular}{NameIn(body)}", null, (tree, _) => resource.Apply(tree, null, body, whole: true));
        if (edit is null)
            return;
        http.Response.Headers.Location = $"{Address}/{edit.Object!.Id}";
        await AnswerAsync(http, edit, StatusCodes.Status201Created);
    }

    private async Task EditAsync(HttpContext http, bool whole)
    {
        var reference = ReferenceOf(http);
        if (!Exists(http, reference))
        {
            await ObjectAnswers.NotFoundAsync(http, resource, reference);
            return;
        }
        if (await ObjectBody.ReadAsync(http) is { } body)
            await AnswerAsync(http, await ChangeAsync(http, $"change {resource.Singular} {reference}", reference, (tree, entry) =>
                resource.Apply(tree, entry, whole ? ScopedEdit.KeepTags(Caller.Of(http), entry, body) : body, whole)));
    }

    /// <summary>An edit of the object of the address, answered with what it is then.</summary>
    public async Task EditAsync(HttpContext http, string what, Func<ConfigurationTree, ConfigurationObject, EditResult> edit)
    {
        var reference = ReferenceOf(http);
        await AnswerAsync(http, await ChangeAsync(http, $"{what} {resource.Singular} {reference}", reference, (tree, entry) => edit(tree, entry!)));
    }

    /// <summary>An object as the collection shows it.</summary>
    public JsonObject Show(View view, ConfigurationObject entry) => resource.Show(view, entry);

    private async Task SwitchAsync(HttpContext http, bool on)
    {
        var reference = ReferenceOf(http);
        await AnswerAsync(http, await ChangeAsync(http, $"{(on ? "enable" : "disable")} {resource.Singular} {reference}", reference,
            (tree, entry) => tree.Patch(resource.Kind, entry!.Id.ToString(), new JsonObject { ["enabled"] = on })));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var reference = ReferenceOf(http);
        if (await ChangeAsync(http, $"delete {resource.Singular} {reference}", reference, (tree, entry) => tree.Delete(entry!)) is not null)
            http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Makes an edit a release. Null when it is none; the refusal has been answered then.</summary>
    /// <param name="reference">The object that must be there; null for a new one.</param>
    public async Task<EditResult?> ChangeAsync(HttpContext http, string note, string? reference, Func<ConfigurationTree, ConfigurationObject?, EditResult> edit)
    {
        if (await Precondition.ReadAsync(http) is not { } precondition)
            return null;
        var caller = Caller.Of(http);
        var (missing, stale, notTheirs) = (false, false, (string?)null);
        ConfigurationTree? before = null;
        var result = await releases.ChangeAsync(new ChangeRequest(caller.Name, OneLine(note), precondition.Release), tree =>
        {
            before = tree;
            (missing, stale, notTheirs) = (false, false, null);
            var entry = reference is null ? null : resource.Find(tree, reference);
            missing = reference is not null && (entry is null || !TenantBorders.Covers(caller, entry));
            stale = !missing && entry is not null && !precondition.Holds(ObjectTag.Of(resource.Parts(tree, entry)));
            if (missing || stale)
                return new EditResult();
            (var made, notTheirs) = ScopedEdit.Of(caller, tree, edit(tree, entry));
            return notTheirs is null ? made : new EditResult();
        }, http.RequestAborted);

        if (missing)
            await ObjectAnswers.NotFoundAsync(http, resource, reference!);
        else if (stale)
            await ObjectAnswers.ConflictAsync(http, result.Current);
        else if (notTheirs is not null)
            await Envelope.RefuseAsync(http, StatusCodes.Status403Forbidden, new ApiError("OUT_OF_SCOPE", notTheirs));
        else if (result.Outcome is ChangeOutcome.Released or ChangeOutcome.Unchanged)
        {
            http.Response.Headers["X-Release"] = result.Current.Number.ToString(CultureInfo.InvariantCulture);

            // What changes nothing leaves the times as they were, too.
            return result.Outcome == ChangeOutcome.Unchanged ? result.Edit! with { Tree = before } : result.Edit;
        }
        else
            await ObjectAnswers.RefuseAsync(http, resource, result);
        return null;
    }

    /// <summary>Does something with the object of the address; 404 where there is none.</summary>
    public Task WithAsync(HttpContext http, Func<View, ConfigurationObject, Task> act)
    {
        var reference = ReferenceOf(http);
        var view = new View(releases.Current.Tree, live(), Caller.Of(http).SeesSecrets);
        return resource.Find(view.Tree, reference) is { } found && TenantBorders.Covers(Caller.Of(http), found) ? act(view, found) : ObjectAnswers.NotFoundAsync(http, resource, reference);
    }

    /// <summary>The <c>{id}</c> of the address. The framework decodes all but the slash.</summary>
    public static string ReferenceOf(HttpContext http) => ((string)http.Request.RouteValues["id"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private bool Exists(HttpContext http, string reference) => resource.Find(releases.Current.Tree, reference) is { } found && TenantBorders.Covers(Caller.Of(http), found);

    private Task ShowAsync(HttpContext http, View view, ConfigurationObject entry) =>
        ObjectTag.NotModified(http, ObjectTag.Of(resource.Parts(view.Tree, entry))) ? Task.CompletedTask : Envelope.AnswerAsync(http, resource.Show(view, entry));

    private async Task AnswerAsync(HttpContext http, EditResult? edit, int status = StatusCodes.Status200OK)
    {
        if (edit is null)
            return;
        var tree = edit.Tree!;
        var entry = tree.Find(resource.Kind, edit.Object!.Id)!;
        http.Response.Headers.ETag = ObjectTag.Of(resource.Parts(tree, entry));
        await Envelope.AnswerAsync(http, resource.Show(new View(tree, live(), Caller.Of(http).SeesSecrets), entry), status);
    }

    private static string NameIn(JsonObject body) => (Endpoints.Text(body["name"]) ?? Endpoints.Text(body["username"])) is { Length: > 0 } name ? " " + name : "";

    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > 200 ? line[..200] : line;
    }
}
