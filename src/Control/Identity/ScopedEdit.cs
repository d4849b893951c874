using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Identity;

/// <summary>
/// What callers who are limited to tags may change: objects that carry one of their tags before and after, that refer to nothing that does not, and whose
/// effects stay with them. What they create gets their tag. For callers without limits every edit is as it is.
/// </summary>
internal static class ScopedEdit
{
    /// <summary>Kinds that hold for everybody: a limited caller neither sees nor changes them.</summary>
    private static readonly HashSet<string> Shared = new(["vaults", "certificates", "ca_certificates", "snis"], StringComparer.Ordinal);

    /// <summary>The settings of plugins that name files of the machine.</summary>
    private static readonly Dictionary<string, string> FileSettings = new(StringComparer.Ordinal)
    {
        ["file-log"] = "path",
        ["grpc-gateway"] = "proto",
        ["grpc-web"] = "proto",
        ["mocking"] = "api_specification_filename",
        ["oas-validation"] = "api_spec_filename",
        ["waf"] = "rule_files",
    };

    /// <summary>What names files in the rules of waf.</summary>
    private static readonly string[] FilesInRules = ["include", "@pmf", "@ipMatchF"];

    private const string NoFiles = "files of the gateway's machine may be named only by somebody without limits";

    private static readonly EntityKind Services = EntityKind.ByName["services"];
    private static readonly EntityKind Upstreams = EntityKind.ByName["upstreams"];
    private static readonly EntityKind Pipelines = EntityKind.ByName["pipelines"];

    /// <summary>Whether the caller may look at objects of a kind at all.</summary>
    public static bool MayUse(Caller caller, EntityKind kind) => !caller.IsLimited || !Shared.Contains(kind.Name);

    /// <summary>
    /// The body of a request that replaces <paramref name="existing"/> as a whole: where it says nothing of tags, the object stays the caller's.
    /// </summary>
    public static JsonObject KeepTags(Caller caller, ConfigurationObject? existing, JsonObject body)
    {
        if (!caller.IsLimited || existing is null || body.ContainsKey("tags") || (existing.Record is WorkflowConfig && body.ContainsKey("nodes")))
            return body;
        var kept = body.DeepClone().AsObject();
        kept["tags"] = ToJson(existing.Tags.Where(tag => caller.Covers([tag])));
        return kept;
    }

    /// <summary>The edit as the caller may make it, and why it is refused; null when it is not.</summary>
    /// <param name="before">The configuration that was edited.</param>
    /// <param name="edit">What the edit would make of it; comes back as it is when it is a refusal itself.</param>
    public static (EditResult Edit, string? Refusal) Of(Caller caller, ConfigurationTree before, EditResult edit)
    {
        if (!caller.IsLimited)
            return (edit, null);
        // What is wrong with a file tells what stands in it.
        if (edit.Tree is null)
            return (edit, edit.Problems.Any(p => FileSettings.Values.Any(f => f != "path" && p.Field == $"config.{f}")) ? NoFiles : null);
        var tree = edit.Tree;
        var changes = ConfigurationDiff.Between(before, tree).Changes;
        foreach (var change in changes)
        {
            if (Shared.Contains(change.Kind.Name))
                return (edit, $"{change.Label} holds for everybody, and you are limited to {Names(caller)}");
            if (change.Before is { } old && !TenantBorders.Covers(caller, old))
                return (edit, $"{change.Label} is not yours, and this would change it");
            if (change.Change != ChangeKind.Created || caller.Covers(change.After!.Tags))
                continue;
            if (TagOf(caller, tree, change.After) is not { } tag)
                return (edit, $"say in 'tags' which of {Names(caller)} it is for");
            var tagged = tree.Patch(change.Kind, change.Id.ToString(), new JsonObject { ["tags"] = ToJson([.. change.After.Tags, tag]) });
            if (tagged.Tree is null)
                return (tagged, null);
            tree = tagged.Tree;
        }
        foreach (var change in changes)
            if (tree.Find(change.Kind, change.Id) is { } now && Refuse(caller, tree, now) is { } refusal)
                return (edit, refusal);
        return (edit with { Tree = tree, Object = edit.Object is { } made ? tree.Find(made.Kind, made.Id) ?? made : null }, null);
    }

    /// <summary>Why an object must not be as it is now.</summary>
    private static string? Refuse(Caller caller, ConfigurationTree tree, ConfigurationObject entry)
    {
        if (!caller.Covers(entry.Tags))
            return $"you are limited to {Names(caller)}: the object must have one of these tags";
        if (TenantBorders.Refuse(caller, tree, entry) is { } beyond)
            return beyond;
        // Whoever could write a reference could read any secret with it: as a header that is sent to a server of their own.
        if (entry.HasReferences)
            return "values that stand elsewhere (${NAME}, {vault://...}) may be written only by somebody without limits";
        foreach (var target in Targets(tree, entry))
            if (!TenantBorders.Covers(caller, target))
                return $"{target.Label} is not yours";
        return entry.Record switch
        {
            PluginConfig when entry.References.Count == 0 => "global middleware holds for everybody",
            PluginConfig plugin when NamesFile(plugin.Name, entry.ToJson()["config"]) => NoFiles,
            UpstreamConfig upstream when tree.All(Services).Any(s => !caller.Covers(s.Tags) && Names(s, upstream)) => $"a service that is not yours has the host {upstream.Name}",
            _ => null,
        };
    }

    /// <summary>Everything that an object refers to, by id or by name.</summary>
    private static IEnumerable<ConfigurationObject> Targets(ConfigurationTree tree, ConfigurationObject entry)
    {
        foreach (var (field, id) in entry.References)
            if (tree.Find(EntityKind.ByName[KindOf(entry.Kind, field)], id) is { } target)
                yield return target;
        if (entry.Record is ServiceConfig service && tree.Find(Upstreams, service.Host) is { } upstream)
            yield return upstream;
        if (entry.Record is PluginConfig)
            foreach (var target in NamedIn(tree, entry.ToJson()["config"]))
                yield return target;
        if (entry.Record is not RouteConfig config)
            yield break;
        if (TenantBorders.Run(tree, config) is { } workflow)
            yield return workflow;
        var route = entry.ToJson();
        foreach (var field in (string[])["pipeline", "policy"])
            if (route[field] is JsonValue name && name.TryGetValue<string>(out var text) && tree.Find(Pipelines, text) is { } pipeline)
                yield return pipeline;
    }

    /// <summary>The services, upstreams and others that a plugin's settings name: what it sends requests to.</summary>
    private static IEnumerable<ConfigurationObject> NamedIn(ConfigurationTree tree, JsonNode? settings)
    {
        if (settings is JsonArray list)
            foreach (var target in list.SelectMany(member => NamedIn(tree, member)))
                yield return target;
        if (settings is not JsonObject map)
            yield break;
        foreach (var (name, value) in map)
        {
            if (value is JsonObject { Count: 1 } reference && reference["id"] is JsonValue id && id.TryGetValue<Guid>(out var named) && EntityKind.ByName.GetValueOrDefault(name + "s") is { } kind)
            {
                if (tree.Find(kind, named) is { } target)
                    yield return target;
            }
            else if (value is JsonValue text && text.TryGetValue<string>(out var host) && name.EndsWith("host", StringComparison.Ordinal))
            {
                if (tree.Find(Upstreams, host) is { } upstream)
                    yield return upstream;
            }
            else
                foreach (var target in NamedIn(tree, value))
                    yield return target;
        }
    }

    private static string KindOf(EntityKind kind, string field) => field switch
    {
        "groups" => "consumer_groups",
        "ca_certificates" => "ca_certificates",
        _ => kind.References.First(r => r.Field == field).Kind,
    };

    private static bool Names(ConfigurationObject service, UpstreamConfig upstream) =>
        string.Equals(((ServiceConfig)service.Record).Host, upstream.Name, StringComparison.OrdinalIgnoreCase);

    private static bool NamesFile(string plugin, JsonNode? settings) =>
        (FileSettings.TryGetValue(plugin, out var setting) && settings?[setting] is JsonValue or JsonArray { Count: > 0 })
        || (plugin == "waf" && settings?["rules"] is JsonValue rules && FilesInRules.Any(word => rules.ToString().Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The tag of a new object: the caller's only one, or that of what it belongs to.</summary>
    private static string? TagOf(Caller caller, ConfigurationTree tree, ConfigurationObject entry)
    {
        if (caller.Scopes is [var only])
            return only;
        var tags = Targets(tree, entry).SelectMany(t => t.Tags).Where(tag => caller.Covers([tag])).Distinct(StringComparer.Ordinal).ToList();
        return tags is [var one] ? one : null;
    }

    private static string Names(Caller caller) => string.Join(", ", caller.Scopes);

    private static JsonArray ToJson(IEnumerable<string> tags) => new([.. tags.Select(t => (JsonNode)t)]);
}
