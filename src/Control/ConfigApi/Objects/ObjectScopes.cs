using System.Text.Json.Nodes;
using Sluice.Control.Identity;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>What callers who are limited to tags may write: objects that carry one of their tags and refer to nothing that does not.</summary>
internal static class ObjectScopes
{
    /// <summary>Why the object is not theirs to write; null when it is.</summary>
    public static string? Refuse(Caller caller, Resource resource, ConfigurationTree tree, ConfigurationObject entry)
    {
        if (!caller.IsLimited)
            return null;
        if (!caller.Covers(entry.Tags))
            return $"you are limited to {string.Join(", ", caller.Scopes)}: the object must have one of these tags";
        var stored = entry.ToJson();
        var refersTo = 0;
        foreach (var reference in entry.Kind.References)
            if (stored[reference.Field]?["id"] is JsonValue id && tree.Find(EntityKind.ByName[reference.Kind], (string)id!) is { } target)
            {
                refersTo++;
                if (!caller.Covers(target.Tags))
                    return $"{target.Label} is not yours";
            }
        foreach (var field in (string[])["pipeline", "policy"])
            if (stored[field] is JsonValue name && tree.Find(EntityKind.ByName["pipelines"], (string)name!) is { } pipeline && !caller.Covers(pipeline.Tags))
                return $"{pipeline.Label} is not yours";
        if (entry.Kind.Name == "plugins" && refersTo == 0)
            return "global middleware holds for everybody";
        return resource.Parts(tree, entry).FirstOrDefault(p => p.Kind.Name == "upstreams" && !caller.Covers(p.Tags)) is { } upstream ? $"{upstream.Label} is not yours" : null;
    }
}
