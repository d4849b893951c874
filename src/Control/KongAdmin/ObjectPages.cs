using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.KongAdmin;

/// <summary>
/// Lists and objects: <c>GET</c>, <c>POST</c> to a list, <c>GET</c>, <c>PUT</c> (insert or replace), <c>PATCH</c> and <c>DELETE</c> of an object. Each write is a release.
/// </summary>
internal sealed class ObjectPages(ReleaseManager releases)
{
    /// <summary>Which methods an address has, in the order of the alphabet.</summary>
    public static string MethodsOf(ObjectAddress address) => address.IsList ? "GET, HEAD, OPTIONS, POST" : "DELETE, GET, HEAD, OPTIONS, PATCH, PUT";

    public async Task<AdminAnswer> AnswerAsync(HttpContext http, ObjectAddress address)
    {
        var tree = releases.Current.Tree;
        var method = http.Request.Method;
        var caller = Caller.Of(http);
        if (!ScopedEdit.MayUse(caller, address.Collection.Kind))
            return KongErrors.OutOfScope($"{address.Collection.Kind.Name} hold for everybody, and you are limited to {string.Join(", ", caller.Scopes)}");
        if (IsHidden(caller, address, tree))
            return AdminAnswer.NotFound;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
            return address.IsList ? List(http, address, tree) : address.Find(tree) is { } found ? new AdminAnswer(200, KongForm.Of(tree, found, caller)) : AdminAnswer.NotFound;
        if (HttpMethods.IsDelete(method) && !address.IsList)
            return await DeleteAsync(http, address);
        if (!(address.IsList ? HttpMethods.IsPost(method) : HttpMethods.IsPut(method) || HttpMethods.IsPatch(method)))
            return AdminAnswer.MethodNotAllowed;
        if (address.ParentCollection is not null && address.Parent(tree) is null)
            return AdminAnswer.NotFound;

        var kind = address.Collection.Kind;
        var existing = address.IsList ? null : address.Find(tree);
        var (body, refusal) = await AdminBody.ReadAsync(http, fields => EntitySchema.Of(kind, PluginName(fields, existing)));
        if (body is null)
            return refusal!;
        if (kind.Name == "plugins" && PluginName(body, existing) is { } plugin && PluginCatalog.Find(plugin) is null)
            return KongErrors.SchemaViolation([("name", $"plugin '{plugin}' not enabled; add it to the 'plugins' configuration property")]);
        return await WriteAsync(http, address, body);
    }

    /// <summary>Whether the address names, or is below, an object that is there but not for this caller.</summary>
    private static bool IsHidden(Caller caller, ObjectAddress address, ConfigurationTree tree) => caller.IsLimited
        && ((address.Parent(tree) is { } parent && !caller.Covers(parent.Tags)) || (!address.IsList && address.Find(tree) is { } found && !caller.Covers(found.Tags)));

    private AdminAnswer List(HttpContext http, ObjectAddress address, ConfigurationTree tree)
    {
        var kind = address.Collection.Kind;
        var caller = Caller.Of(http);
        AdminAnswer Page(IReadOnlyList<ConfigurationObject> all, string path) => ListPage.Of(
            http.Request.Query, caller.IsLimited ? [.. all.Where(o => caller.Covers(o.Tags))] : all, path, releases.IsStored, o => KongForm.Of(tree, o, caller));
        if (address.ParentCollection is null)
        {
            var all = kind.Name == "consumers" && http.Request.Query["custom_id"] is [{ } custom, ..]
                ? tree.FindUnique(kind, "custom_id", custom) is { } one ? [one] : []
                : tree.All(kind);
            return Page(all, "/" + address.Collection.Name);
        }
        if (address.Parent(tree) is not { } parent)
            return AdminAnswer.NotFound;
        return Page(tree.ReferringTo(parent, kind), $"/{address.ParentCollection.Name}/{parent.Id}/{address.Collection.NestedName}");
    }

    private async Task<AdminAnswer> WriteAsync(HttpContext http, ObjectAddress address, JsonObject body)
    {
        var method = http.Request.Method;
        var kind = address.Collection.Kind;
        var caller = Caller.Of(http);
        string? outOfScope = null;
        EditResult Edit(ConfigurationTree tree)
        {
            if (IsHidden(caller, address, tree))
                return tree.Patch(kind, Guid.Empty.ToString(), []);
            var whole = HttpMethods.IsPut(method) ? ScopedEdit.KeepTags(caller, address.Find(tree), body) : body;
            (var edit, outOfScope) = ScopedEdit.Of(caller, tree, ServerNames.With(tree, kind, whole, (current, rest) => Apply(current, address, method, rest)));
            return outOfScope is null ? edit : new EditResult();
        }

        var verb = address.IsList ? "create" : HttpMethods.IsPut(method) ? "create or update" : "update";
        if (!releases.IsStored)
            return Edit(releases.Current.Tree) is { Problems: var problems } && problems.Any(p => p.Refusal is EditRefusal.SchemaViolation or EditRefusal.NotFound)
                ? KongErrors.Of(problems)
                : KongErrors.ReadOnly(verb, kind.Name, ByField(address));

        var result = await releases.ChangeAsync(AdminChange.Of(http, $"{verb} {NameOf(address, body)}"), Edit, http.RequestAborted);
        Note(http, result);
        if (outOfScope is not null)
            return KongErrors.OutOfScope(outOfScope);
        return Answer(result, edit => new AdminAnswer(address.IsList ? 201 : 200, KongForm.Of(edit.Tree!, edit.Tree!.Find(kind, edit.Object!.Id)!, caller)));
    }

    /// <summary>What a write is about, for the history: <c>plugin cors of route orders</c>. Keys of credentials name them, too, and are not told.</summary>
    private static string NameOf(ObjectAddress address, JsonObject body)
    {
        var kind = address.Collection.Kind;
        var key = kind.Key ?? (kind.Record == typeof(PluginConfig) ? "name" : null);
        var name = key is not null && body[key] is JsonValue value && value.TryGetValue<string>(out var text) ? " " + text : address.Reference is { } id && (key is not null || Guid.TryParse(id, out _)) ? " " + id : "";
        return kind.Singular + name + (address.ParentCollection is { } parent ? $" of {parent.Kind.Singular} {address.ParentReference}" : "");
    }

    private static EditResult Apply(ConfigurationTree tree, ObjectAddress address, string method, JsonObject body)
    {
        var kind = address.Collection.Kind;
        var parent = address.Parent(tree);
        if (address.ParentCollection is not null && parent is null)
            return tree.Patch(address.ParentCollection.Kind, address.ParentReference!, []);
        if (address.Through is not null)
            return ApplyThrough(tree, address, parent!, method, body);
        var own = (JsonObject)body.DeepClone();
        if (address.ParentField is { } field && !(HttpMethods.IsPatch(method) && own.ContainsKey(field)))
            own[field] = new JsonObject { ["id"] = parent!.Id.ToString() };
        if (address.IsList)
            return tree.Insert(kind, own);
        return HttpMethods.IsPut(method) ? tree.Upsert(kind, address.Reference!, own, parent) : tree.Patch(kind, address.Reference!, own, parent);
    }

    /// <summary><c>PUT /routes/orders/service</c>: where the route has no service yet, the new one becomes it.</summary>
    private static EditResult ApplyThrough(ConfigurationTree tree, ObjectAddress address, ConfigurationObject holder, string method, JsonObject body)
    {
        var kind = address.Collection.Kind;
        if (address.Find(tree) is { } target)
            return HttpMethods.IsPut(method) ? tree.Upsert(kind, target.Id.ToString(), body) : tree.Patch(kind, target.Id.ToString(), body);
        if (!HttpMethods.IsPut(method))
            return tree.Patch(kind, Guid.Empty.ToString(), body);
        var made = tree.Insert(kind, body);
        if (made.Tree is null)
            return made;
        var associated = made.Tree.Patch(holder.Kind, holder.Id.ToString(), new JsonObject { [address.Through!] = new JsonObject { ["id"] = made.Object!.Id.ToString() } });
        return associated.Tree is null ? associated : made with { Tree = associated.Tree };
    }

    private async Task<AdminAnswer> DeleteAsync(HttpContext http, ObjectAddress address)
    {
        var tree = releases.Current.Tree;
        if (address.ParentCollection is not null && address.Parent(tree) is null)
            return AdminAnswer.NotFound;
        if (address.Find(tree) is not { } found)
            return address.Through is null ? AdminAnswer.NoContent : AdminAnswer.NotFound;
        if (!releases.IsStored)
            return KongErrors.ReadOnly("remove", address.Collection.Kind.Name, ByField(address));
        string? outOfScope = null;
        var result = await releases.ChangeAsync(AdminChange.Of(http, $"remove {tree.Describe(found)}"), current =>
        {
            (var edit, outOfScope) = ScopedEdit.Of(Caller.Of(http), current, current.Delete(found.Kind, found.Id.ToString()));
            return outOfScope is null ? edit : new EditResult();
        }, http.RequestAborted);
        Note(http, result);
        if (outOfScope is not null)
            return KongErrors.OutOfScope(outOfScope);
        return result is { Outcome: ChangeOutcome.Refused, Edit.Problems: [{ Refusal: EditRefusal.NotFound }, ..] } ? AdminAnswer.NoContent : Answer(result, static _ => AdminAnswer.NoContent);
    }

    private static void Note(HttpContext http, ChangeResult result)
    {
        if (result.Outcome == ChangeOutcome.Released) AuditNote.Of(http).Detail = $"release {result.Current.Number}";
    }

    private static AdminAnswer Answer(ChangeResult result, Func<EditResult, AdminAnswer> done) => result.Outcome switch
    {
        ChangeOutcome.Released or ChangeOutcome.Unchanged => done(result.Edit!),
        ChangeOutcome.Refused when result.Edit is { Problems.Count: > 0 } edit => KongErrors.Of(edit.Problems),
        ChangeOutcome.Refused => KongErrors.SchemaViolation(result.Problems.Select(Whole)),
        ChangeOutcome.NotFound => AdminAnswer.NotFound,
        ChangeOutcome.ReadOnly => AdminAnswer.MethodNotAllowed,
        _ => AdminAnswer.Message(412, $"release {result.Current.Number} is newer"),
    };

    private static (string, string) Whole(Problem problem) => ("", $"{problem.Object}{(problem.Field.Length > 0 ? "." + problem.Field : "")}: {problem.Message}");

    /// <summary>The field that the object is addressed by when it is not the id.</summary>
    private static string? ByField(ObjectAddress address) =>
        address.Reference is null || Guid.TryParseExact(address.Reference, "D", out _) ? null : address.Collection.Kind.LookupField;

    private static string? PluginName(JsonObject body, ConfigurationObject? existing) =>
        body["name"] is JsonValue name && name.TryGetValue<string>(out var text) ? text : existing is { Kind.Name: "plugins" } ? (string?)existing.ToJson()["name"] : null;
}
