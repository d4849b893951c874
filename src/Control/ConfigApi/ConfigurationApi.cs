using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.Releases;
using Sluice.Gateway.Snapshot;

namespace Sluice.Control.ConfigApi;

/// <summary><c>/api/v1</c> over the objects of the configuration and what runs of them: routes, services, middleware, health, metrics, explanations.</summary>
/// <param name="releases">What is read and changed.</param>
/// <param name="runtime">What runs.</param>
public sealed class ConfigurationApi(ReleaseManager releases, GatewayRuntime runtime)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        ObjectsApi? services = null;
        foreach (var resource in (Resource[])[new Routes(), new Services(), new Pipelines("pipeline"), new Middleware(), new Pipelines("policy"), new Consumers()])
        {
            var api = new ObjectsApi(releases, () => runtime.Current, resource);
            api.Map(routes);
            if (resource is Services)
                services = api;
        }
        new EndpointsApi(services!).Map(routes);
    }
}
