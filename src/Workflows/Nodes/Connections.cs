using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>The stored authorisations that nodes use against outside systems, as the host keeps them.</summary>
public abstract class Connections
{
    /// <summary>The fields of a connection, in the clear: they go into one request and nowhere else.</summary>
    /// <param name="kind">Which kind: n8n's name (<c>httpBasicAuth</c>) or ours.</param>
    /// <param name="name">Its name or id, as the node's <c>credentials</c> say.</param>
    /// <param name="tenant">Who the run is for: one tenant never gets another's.</param>
    /// <returns>Null when there is none.</returns>
    public abstract ValueTask<JsObject?> FindAsync(string kind, string name, string tenant, CancellationToken cancel);
}
