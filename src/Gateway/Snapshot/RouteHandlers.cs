using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Snapshot;

/// <summary>Makes what runs the workflows of a configuration. The program gives one to the gateway, which knows no workflows itself.</summary>
public abstract class RouteHandlers
{
    /// <summary>The handler of the routes that take the calls which runs of workflows wait for.</summary>
    public abstract RouteHandler Calls { get; }

    /// <summary>The handlers of the routes of <paramref name="document"/> that name a workflow, by what a route may name it by. Nothing runs on them before the snapshot is served.</summary>
    /// <exception cref="SnapshotException">A workflow cannot run; the message says all that is wrong.</exception>
    public abstract IReadOnlyDictionary<string, RouteHandler> Prepare(GatewayDocument document);
}
