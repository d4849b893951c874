using System.Text.Json.Nodes;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Definitions;

namespace Sluice.Host.Commands.Workflows;

/// <summary>A connection that nodes of a workflow name, and which therefore has to be there when it runs.</summary>
/// <param name="Name">As the nodes name it.</param>
/// <param name="Kind">n8n's or our name of its kind.</param>
/// <param name="Nodes">Who uses it.</param>
internal sealed record NeededConnection(string Name, string Kind, IReadOnlyList<string> Nodes)
{
    /// <summary>How it is made.</summary>
    public string Command => $"sluice connection set {(Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && Name.Length > 0 ? Name : $"'{Name.Replace("'", "'\\''", StringComparison.Ordinal)}'")} --kind {ConnectionKinds.Suggest(Kind)}";

    /// <summary>Those of the nodes that run.</summary>
    public static IReadOnlyList<NeededConnection> Of(WorkflowFile file)
    {
        if (file.Definition is not { } definition) return [];
        var running = file.Check.Nodes.Where(n => n.Verdict != NodeVerdict.NotSupported).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. definition.Nodes.Where(n => !n.Disabled && running.Contains(n.Name))
                .SelectMany(n => (n.Credentials ?? new Dictionary<string, JsonNode>()).Select(c => (Node: n.Name, Kind: c.Key, Name: NameOf(c.Value))))
                .Where(c => c.Name.Length > 0)
                .GroupBy(c => (c.Name, c.Kind))
                .Select(g => new NeededConnection(g.Key.Name, g.Key.Kind, [.. g.Select(c => c.Node).Distinct(StringComparer.Ordinal)])),
        ];
    }

    /// <summary>n8n's <c>{"id", "name"}</c>, or in older files the name.</summary>
    private static string NameOf(JsonNode? named) => (named as JsonObject is { } map ? map["name"] ?? map["id"] : named)?.ToString() ?? "";
}
