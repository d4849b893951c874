using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.Identity;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary><c>config/services/{id}/endpoints</c>: the addresses of a service one by one.</summary>
internal sealed class EndpointsApi(ObjectsApi services)
{
    private const string Address = "/api/v1/config/services/{id}/endpoints";

    public void Map(IEndpointRouteBuilder routes)
    {
        Add(routes.MapGet(Address, http => services.WithAsync(http, (view, service) => ListAsync(http, view, service))), new EndpointDescription("List the endpoints of a service") { Answer = "endpoints", Lists = true });
        Add(routes.MapPost(Address, CreateAsync), new EndpointDescription("Add an endpoint to a service") { Body = "endpoints", Answer = "endpoints", Status = 201 });
        Add(routes.MapGet(Address + "/{endpoint_id}", http => services.WithAsync(http, (view, service) => GetAsync(http, view, service))), new EndpointDescription("Show an endpoint of a service") { Answer = "endpoints" });
        Add(routes.MapDelete(Address + "/{endpoint_id}", DeleteAsync), new EndpointDescription("Remove an endpoint from a service") { Status = 204 });
    }

    private static void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = "configuration" });

    private static async Task ListAsync(HttpContext http, View view, ConfigurationObject service)
    {
        if (await Paging.ReadAsync(http) is not { } paging)
            return;
        var all = Endpoints.Show(view, service);
        await Envelope.AnswerAsync(http, all.Skip(paging.Offset).Take(paging.Size), page: paging.Of(all.Count));
    }

    private static Task GetAsync(HttpContext http, View view, ConfigurationObject service)
    {
        var wanted = IdOf(http);
        return Endpoints.Show(view, service).FirstOrDefault(e => IsNamed(e!, wanted)) is { } found ? Envelope.AnswerAsync(http, found) : NotFoundAsync(http, wanted);
    }

    private async Task CreateAsync(HttpContext http)
    {
        if (await ObjectBody.ReadAsync(http) is not { } body)
            return;
        var problems = new List<EditProblem>();
        var endpoint = Endpoints.ReadOne(body, (field, message) => problems.Add(new EditProblem(EditRefusal.SchemaViolation, "endpoints", null, "endpoint", field, message)));
        if (endpoint is null)
        {
            await ObjectAnswers.RefuseAsync(http, new Services(), problems);
            return;
        }
        var (exists, discovered) = (false, false);
        var reference = ObjectsApi.ReferenceOf(http);
        var edit = await services.ChangeAsync(http, $"add endpoint {endpoint.Address} to service {reference}", reference, (tree, service) =>
        {
            discovered = ((ServiceConfig)service!.Record).Discovery is not null;
            var before = Endpoints.Of(tree, service);
            exists = before.Any(e => e.Address == endpoint.Address);
            if (exists || discovered)
                return new EditResult { Tree = tree, Object = service };
            var result = Endpoints.Replace(tree, service, [.. before, endpoint]);
            return result with { Problems = [.. result.Problems.Select(p => p with { Field = p.Field.StartsWith("endpoints", StringComparison.Ordinal) ? "host" : p.Field })] };
        });
        if (edit is null)
            return;
        if (discovered)
            await DiscoveredAsync(http);
        else if (exists)
            await Envelope.RefuseAsync(http, StatusCodes.Status409Conflict, new ApiError("ENDPOINT_EXISTS", $"the service has the endpoint {endpoint.Address} already", "host"));
        else
        {
            var made = Endpoints.Of(edit.Tree!, edit.Tree!.Find(edit.Object!.Kind, edit.Object.Id)!).First(e => e.Address == endpoint.Address);
            http.Response.Headers.Location = $"/api/v1/config/services/{edit.Object.Id}/endpoints/{made.Id}";
            await Envelope.AnswerAsync(http, Endpoints.Show(made, null), StatusCodes.Status201Created);
        }
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var wanted = IdOf(http);
        var (missing, discovered) = (false, false);
        var reference = ObjectsApi.ReferenceOf(http);
        var edit = await services.ChangeAsync(http, $"remove endpoint {wanted} from service {reference}", reference, (tree, service) =>
        {
            var before = Endpoints.Of(tree, service!);
            discovered = ((ServiceConfig)service!.Record).Discovery is not null;
            missing = !before.Any(e => IsNamed(e, wanted));
            return missing || discovered ? new EditResult { Tree = tree, Object = service } : Endpoints.Replace(tree, service, [.. before.Where(e => !IsNamed(e, wanted))]);
        });
        if (edit is null)
            return;
        if (discovered)
            await DiscoveredAsync(http);
        else if (missing)
            await NotFoundAsync(http, wanted);
        else
            http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string IdOf(HttpContext http) => (string)http.Request.RouteValues["endpoint_id"]!;

    private static bool IsNamed(ServiceEndpoint endpoint, string wanted) => endpoint.Id.ToString() == wanted || endpoint.Address == wanted;

    private static bool IsNamed(JsonNode endpoint, string wanted) => (string?)endpoint["id"] == wanted || (string?)endpoint["address"] == wanted;

    private static Task NotFoundAsync(HttpContext http, string wanted) =>
        Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError("ENDPOINT_NOT_FOUND", $"the service has no endpoint '{wanted}'"));

    private static Task DiscoveredAsync(HttpContext http) =>
        Envelope.RefuseAsync(http, StatusCodes.Status409Conflict, new ApiError("ENDPOINTS_DISCOVERED", "the endpoints of this service are found by discovery; they come and go by themselves"));
}
