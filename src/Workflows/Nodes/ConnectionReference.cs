using System.Text.Json.Nodes;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>A connection that a node names in its <c>credentials</c>.</summary>
internal sealed record ConnectionReference(string Kind, string Name)
{
    /// <summary>The node's connection of a kind; reports under a parameter when it names none.</summary>
    public static ConnectionReference? Of(NodeSetup setup, string kind, string parameter)
    {
        if (setup.Definition.Credentials?.GetValueOrDefault(kind) is not { } named)
        {
            setup.Report(parameter, $"the node's credentials have no '{kind}'");
            return null;
        }

        return new(kind, (named is JsonObject map ? (string?)map["id"] ?? (string?)map["name"] : named.ToString()) ?? "");
    }

    /// <exception cref="NodeException">There is none.</exception>
    public async ValueTask<JsObject> FindAsync(NodeContext context) =>
        (context.Services.Connections is { } connections ? await connections.FindAsync(Kind, Name, context.Run.Request.Tenant, context.Cancellation) : null)
        ?? throw new NodeException($"there is no connection '{Name}' of the kind {Kind}") { Retryable = false };
}
