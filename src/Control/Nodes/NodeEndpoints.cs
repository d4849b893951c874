using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi;
using Sluice.Control.ConfigApi.Description;

namespace Sluice.Control.Nodes;

/// <summary><c>/api/v1/nodes</c>: who shares the database, and which release each serves.</summary>
public static class NodeEndpoints
{
    public static void MapNodes(this IEndpointRouteBuilder routes, NodeRegister register, TimeProvider time) => routes.MapGet("/api/v1/nodes", async http =>
    {
        var now = time.GetUtcNow();
        var nodes = await register.ListAsync(http.RequestAborted);
        await Envelope.AnswerAsync(http, nodes.Select(n => new NodeView(
            n.Node.Id, n.Node.Host, n.Node.Version, NamesOf(n.Node.Roles), n.IsGone ? "gone" : "up", n.Report.Release, n.Report.Problem, n.Node.StartedAt, now - n.Age, n.IsSelf)));
    }).Describe(new EndpointDescription("List the nodes that share the database, with the release that each serves") { ListsAll = true, AnswerType = typeof(NodeView) });

    private static IReadOnlyList<string> NamesOf(NodeRoles roles) =>
        [.. Enum.GetValues<NodeRoles>().Where(r => r is not (NodeRoles.None or NodeRoles.All) && roles.HasFlag(r)).Select(r => r.ToString().ToLowerInvariant())];

    private sealed record NodeView(
        string Id, string Host, string Version, IReadOnlyList<string> Roles, string State, long? Release, string? Problem, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool Self);
}
