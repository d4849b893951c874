using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi.Monitoring;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.ConfigApi.Workflows;
using Sluice.Control.Releases;
using Sluice.Gateway.Snapshot;
using Sluice.Workflows.Runs;

namespace Sluice.Control.ConfigApi;

/// <summary>
/// <c>/api/v1</c> over the objects of the configuration and what runs of them: routes, services, middleware, health, metrics, explanations; and the OpenAPI
/// document of all that is mapped beside it.
/// </summary>
/// <param name="releases">What is read and changed.</param>
/// <param name="runtime">What runs.</param>
/// <param name="workflows">What runs workflows; null where nothing does.</param>
public sealed class ConfigurationApi(ReleaseManager releases, GatewayRuntime runtime, WorkflowEngine? workflows = null)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        IReadOnlyList<Resource> resources = [new Routes(), new Services(), new Pipelines("pipeline"), new Middleware(), new Pipelines("policy"), new Consumers(), .. workflows is null ? [] : (IReadOnlyList<Resource>)[new WorkflowDocuments()]];
        foreach (var resource in resources)
        {
            var api = new ObjectsApi(releases, () => runtime.Current, resource);
            api.Map(routes);
            if (resource is Services)
                new EndpointsApi(api).Map(routes);
            if (resource is WorkflowDocuments)
                new WorkflowsApi(api, releases, workflows!).Map(routes);
        }
        if (workflows is not null)
            new ExecutionsApi(workflows).Map(routes);
        new HealthApi(releases, runtime).Map(routes);
        new MetricsApi(releases, runtime).Map(routes);
        new ExplainApi(runtime).Map(routes);
        new CacheApi(() => runtime.Caches).Map(routes);
        PluginsApi.Map(routes);
        DocumentationApi.Map(routes, resources);
    }
}
