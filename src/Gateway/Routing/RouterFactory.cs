using Sluice.Gateway.Routing.Matching;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Routing;

/// <summary>Compiles routing tables.</summary>
public static class RouterFactory
{
    /// <summary>
    /// The table of <paramref name="routes"/>. Stream routes and routes of services that are not enabled are left out; so are paths and
    /// expressions that cannot be read, which the configuration reader reports.
    /// </summary>
    public static Router Build(RouterFlavor flavor, IReadOnlyList<RouteModel> routes) =>
        new IndexedRouter(RouteVariant.InOrder(flavor, routes));
}
