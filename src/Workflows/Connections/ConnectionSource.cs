using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Connections;

/// <summary>Where the connections come from that nodes name: the store of a gateway, or a file.</summary>
public abstract class ConnectionSource
{
    /// <summary>A connection in the clear: what it holds goes into requests and nowhere else.</summary>
    /// <param name="name">Its name or id, as the node's <c>credentials</c> say.</param>
    /// <param name="tenant">Who the run is for: a tenant gets its own and those that are shared; empty gets the operator's.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="NodeException">There is one, and it cannot be read just now.</exception>
    public abstract ValueTask<Connection?> FindAsync(string name, string tenant, CancellationToken cancel);

    /// <summary>Keeps what a server gave: the fields that it changes, such as a new refresh token.</summary>
    internal virtual ValueTask UpdateAsync(Connection connection, MapNode changes, CancellationToken cancel) => default;
}
