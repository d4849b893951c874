using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.KongAdmin;

/// <summary><c>/config</c>: the whole configuration as one declarative document; <c>GET</c> gives it, <c>POST</c> puts another in its place.</summary>
internal sealed class ConfigPage(ReleaseManager releases)
{
    public async Task<AdminAnswer> AnswerAsync(HttpContext http)
    {
        if (Caller.Of(http).IsLimited)
            return KongErrors.OutOfScope("the whole configuration is for callers without limits");
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            return new AdminAnswer(200, new JsonObject { ["config"] = releases.Current.Tree.ToYaml() });
        return HttpMethods.IsPost(http.Request.Method) ? await PostAsync(http) : AdminAnswer.MethodNotAllowed;
    }

    private async Task<AdminAnswer> PostAsync(HttpContext http)
    {
        var (body, refusal) = await AdminBody.ReadAsync(http, static _ => []);
        if (body is null)
            return refusal!;
        if (body.Count == 0 && http.Request.ContentType is null)
            return AdminAnswer.Message(400, "expected a declarative configuration");
        var current = releases.Current.Tree;
        var text = body["config"] is JsonValue config && config.TryGetValue<string>(out var yaml) ? yaml : null;
        var source = text is null
            ? new ConfigurationSource("configuration.json", Encoding.UTF8.GetBytes(body.ToJsonString()), ConfigurationSource.FormatOf("configuration.json"))
            : new ConfigurationSource("configuration", Encoding.UTF8.GetBytes(text), ConfigurationSource.FormatOf(text.TrimStart().StartsWith('{') ? ".json" : ".yaml"));
        var read = ConfigurationTree.Read([source], current.Options);
        if (read.Tree is not { } wanted)
            return Invalid(read.Problems.Where(p => p.Severity == Severity.Error), http.Request.Query["flatten_errors"] == "1");
        if (read.UnsupportedPlugins is [{ } missing, ..])
            return Invalid([new Problem(missing.Place, missing.Object, "name", $"plugin '{missing.Name}' not enabled; add it to the 'plugins' configuration property")], flatten: false);

        var checkHash = http.Request.Query["check_hash"] is ["1" or "true", ..];
        var result = await releases.ApplyAsync(AdminChange.Of(http, "POST /config"), wanted, http.RequestAborted);
        if (result.Outcome == ChangeOutcome.Released) AuditNote.Of(http).Detail = $"release {result.Current.Number}";
        return result.Outcome switch
        {
            ChangeOutcome.Unchanged when checkHash => new AdminAnswer(304, null),
            ChangeOutcome.Released or ChangeOutcome.Unchanged => new AdminAnswer(201, Objects(releases.Current.Tree, Caller.Of(http))),
            ChangeOutcome.Refused => Invalid(result.Problems, flatten: false),
            _ => AdminAnswer.Message(412, $"release {result.Current.Number} is newer"),
        };
    }

    /// <summary>Everything by kind and id, as Kong answers.</summary>
    private static JsonObject Objects(ConfigurationTree tree, Caller caller)
    {
        var kinds = new JsonObject();
        foreach (var kind in EntityKind.All)
            if (tree.All(kind) is { Count: > 0 } all)
                kinds[kind.Name] = new JsonObject(all.Select(o => KeyValuePair.Create(o.Id.ToString(), (JsonNode?)KongForm.Of(tree, o, caller))));
        return kinds;
    }

    private static AdminAnswer Invalid(IEnumerable<Problem> problems, bool flatten)
    {
        var all = problems.ToList();
        var fields = new JsonObject();
        foreach (var problem in all)
        {
            var place = problem.Place.Line > 0 ? $"{problem.Place.Line}:{problem.Place.Column}: " : "";
            var name = problem.Object is "document" or "" ? problem.Field.Length > 0 ? problem.Field : "error" : problem.Object + (problem.Field.Length > 0 ? ": " + problem.Field : "");
            fields.TryAdd(name, place + problem.Message);
        }
        var message = "declarative config is invalid: {" + string.Join(",", fields.Select(f => $"[\"{f.Key}\"]=\"{(string?)f.Value}\"")) + "}";
        var answer = KongErrors.Of(400, 14, "invalid declarative configuration", message, fields);
        if (flatten)
            answer.Body!["flattened_errors"] = new JsonArray([.. all.Where(p => p.Kind is not null).Select(Flat)]);
        return answer;
    }

    private static JsonNode Flat(Problem problem) => new JsonObject
    {
        ["entity_type"] = EntityKind.ByName.TryGetValue(problem.Kind!, out var kind) ? kind.Name[..^1] : problem.Kind,
        ["entity_id"] = problem.Id?.ToString(),
        ["entity_name"] = problem.Object,
        ["errors"] = new JsonArray(new JsonObject { ["type"] = "field", ["field"] = problem.Field, ["message"] = problem.Message }),
    };
}
