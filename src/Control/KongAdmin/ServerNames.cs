using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.KongAdmin;

/// <summary>A certificate's <c>snis</c>, which Kong takes and shows as names beside it although each is an object of its own.</summary>
internal static class ServerNames
{
    private static readonly EntityKind Snis = EntityKind.ByName["snis"];

    /// <summary>Makes the edit of an object; of a certificate, with the names in <paramref name="body"/> in place of those it had.</summary>
    public static EditResult With(ConfigurationTree tree, EntityKind kind, JsonObject body, Func<ConfigurationTree, JsonObject, EditResult> edit)
    {
        if (kind.Name != "certificates" || body["snis"] is not { } given)
            return edit(tree, body);
        var rest = (JsonObject)body.DeepClone();
        rest.Remove("snis");
        var result = edit(tree, rest);
        if (result.Tree is null)
            return result;
        if (given is not JsonArray list || !list.All(n => n is JsonValue value && value.TryGetValue<string>(out _)))
            return Refuse(result, "expected a set");
        var names = list.Select(n => (string)n!).ToHashSet(StringComparer.Ordinal);
        var next = result.Tree;
        foreach (var old in next.ReferringTo(result.Object!, Snis))
            if (!names.Remove(old.Key!))
                next = next.Delete(old).Tree!;
        foreach (var name in names)
        {
            if (next.Find(Snis, name) is { } taken)
                return Refuse(result, $"{name} already associated with existing certificate '{(string?)taken.ToJson()["certificate"]?["id"]}'");
            var added = next.Insert(Snis, new JsonObject { ["name"] = name, ["certificate"] = new JsonObject { ["id"] = result.Object!.Id.ToString() } });
            if (added.Tree is null)
                return Refuse(result, added.Problems[0].Message);
            next = added.Tree;
        }
        return result with { Tree = next };
    }

    private static EditResult Refuse(EditResult edit, string message) => edit with
    {
        Tree = null,
        Problems = [new EditProblem(EditRefusal.SchemaViolation, "certificates", edit.Object?.Id, edit.Object?.Label ?? "certificate", "snis", message)],
    };
}
