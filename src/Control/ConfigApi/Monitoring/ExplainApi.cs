using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Explaining;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;

namespace Sluice.Control.ConfigApi.Monitoring;

/// <summary><c>/api/v1/explain</c>: what would become of a request, and why. Nothing is sent.</summary>
internal sealed class ExplainApi(GatewayRuntime runtime)
{
    private const int LongestUrl = 8 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        var description = new EndpointDescription("Explain which route, middleware and endpoint a request would get") { Group = "explain", AnswerType = typeof(ExplanationView) };
        routes.MapPost("/api/v1/explain", ByBodyAsync).Describe(description with { BodyType = typeof(Question) });
        routes.MapGet("/api/v1/explain", ByQueryAsync).Describe(description
            .Asks("url", "The whole URL as a client would ask for it.").Asks("method", "GET unless it is given.")
            .Asks("header", "A field, Name: value; may be given several times.").Asks("consumer", "The caller once authenticated: a username, custom id or id."));
    }

    private async Task ByBodyAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync<Question>(http) is { } question)
            await AnswerAsync(http, question.Method, question.Url, question.Headers ?? new Dictionary<string, string>(), question.Consumer);
    }

    private Task ByQueryAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var headers = query["header"].Select(h => (h ?? "").Split(':', 2)).Select(p => KeyValuePair.Create(p[0].Trim(), p.Length > 1 ? p[1].Trim() : "")).ToList();
        return AnswerAsync(http, query["method"].ToString() is { Length: > 0 } method ? method : "GET", query["url"].ToString(), headers, query["consumer"].ToString() is { Length: > 0 } consumer ? consumer : null);
    }

    private Task AnswerAsync(HttpContext http, string method, string url, IEnumerable<KeyValuePair<string, string>> headers, string? caller)
    {
        ExplainedRequest? request = null;
        var problem = url.Length > LongestUrl ? $"a URL of more than {LongestUrl} characters is no address of a request" : null;
        if (problem is not null || !ExplainedRequest.TryParse(method, url, headers, out request, out problem))
            return Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("VALIDATION_FAILED", problem!, "url"));
        var snapshot = runtime.Current;
        var consumer = caller is null ? null : snapshot.FindConsumer(caller) ?? snapshot.ConsumersByCustomId.GetValueOrDefault(caller);
        if (caller is not null && consumer is null)
            return Envelope.RefuseAsync(http, StatusCodes.Status422UnprocessableEntity, new ApiError("CONSUMER_NOT_FOUND", $"there is no consumer '{caller}'", "consumer"));
        return Envelope.AnswerAsync(http, Show(Explanation.Of(snapshot, request!, consumer)));
    }

    private static ExplanationView Show(Explanation explanation) => new(
        explanation.Request.ToString(),
        explanation.Route is not null,
        explanation.Route is { Config: var route } ? new RouteView(route.Id, route.Name, route.Pipeline, route.Policy) : null,
        [.. explanation.Routes.Select(r => new CandidateView(r.Route.Config.Id, r.Route.Config.Name, r.Matched, r.Reason))],
        explanation.Consumer?.Label,
        [
            .. explanation.Middleware.Select(m => new MiddlewareView(
                m.Config.Id,
                m.Config.Name,
                m.Config.InstanceName,
                PluginCatalog.OrderOf(m.Config.Name),
                m.Scope,
                m.Config.Place.Line > 0 ? m.Config.Place.ToString() : null,
                m.Stages,
                new JsonObject(m.Settings.Select(s => KeyValuePair.Create(s.Field, ValueOf(s.Value)))))),
        ],
        explanation.Service is { Service: var service } ? new ServiceView(
            service.Config.Id,
            service.Config.Name,
            service.Config.Protocol,
            service.Config.Host.Length > 0 ? service.Config.Host : null,
            service.Config.Path,
            service.Config.Retries + 1,
            service.CircuitBreaker?.State) : null,
        explanation.Route?.Config.Workflow,
        explanation.Service is { } behind ? ShowChoice(behind) : null);

    /// <summary>Which endpoint is certain where only one can be; where several can, how one of them is chosen.</summary>
    private static ChoiceView ShowChoice(ExplainedService service)
    {
        var eligible = service.Endpoints.Where(e => e.IsHealthy).ToList();
        return new ChoiceView(
            service.Choice,
            eligible is [var only] ? only.Key : null,
            [.. service.Endpoints.Select(e => new EndpointView(e.Key, e.Host, e.Port, e.IsHealthy, e.InFlight))],
            service.Endpoints.Count == 0 ? "the host is resolved when the request comes" : eligible.Count == 0 ? "no endpoint is healthy" : null);
    }

    private static JsonNode? ValueOf(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private sealed record ExplanationView(
        string Request, bool Matched, RouteView? Route, IReadOnlyList<CandidateView> Routes, string? Consumer, IReadOnlyList<MiddlewareView> Middleware, ServiceView? Service, string? Workflow, ChoiceView? Endpoint);

    private sealed record RouteView(Guid Id, string? Name, string? Pipeline, string? Policy);

    private sealed record CandidateView(Guid Id, string? Name, bool Matched, string? Reason);

    private sealed record MiddlewareView(Guid Id, string Type, string? Name, int Order, string Scope, string? Place, IReadOnlyList<string> Stages, JsonObject Config);

    private sealed record ServiceView(Guid Id, string? Name, string Protocol, string? Host, string? Path, int Tries, CircuitState? Circuit);

    private sealed record ChoiceView(string ChosenBy, string? Chosen, IReadOnlyList<EndpointView> Candidates, string? Note);

    private sealed record EndpointView(string Address, string Host, int Port, bool Healthy, int InFlight);

    private sealed record Question
    {
        /// <summary>GET unless it is given.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>The whole URL as a client would ask for it.</summary>
        [Required]
        public string Url { get; init; } = "";

        /// <summary>Header fields; Host is taken from the URL where it is not among them.</summary>
        public IReadOnlyDictionary<string, string>? Headers { get; init; }

        /// <summary>The caller once authenticated: a username, custom id or id.</summary>
        public string? Consumer { get; init; }
    }
}
