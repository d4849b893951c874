using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.GraphQl.Documents;
using Sluice.Gateway.Plugins.GraphQl.Requests;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.GraphQl;

/// <summary>Stands before a GraphQL server: reads each operation and holds it against limits.</summary>
internal sealed partial class GraphQlPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<GraphQlPlugin, GraphQlConfig>((config, setup) => new(config, setup))
    {
        Name = "graphql",
        Summary = "Limits what GraphQL operations may ask for and how often, and serves persisted queries.",
    };

    private static readonly PluginSlot<GraphQlInspection> Passed = new();

    private readonly GraphQlConfig config;
    private readonly GraphQlInspector inspector;
    private readonly Func<byte[], GraphQlInspection> inspectBody;
    private readonly DocumentSource documents;
    private readonly GraphQlRates rates;
    private readonly GraphQlMetrics metrics;
    private readonly ILogger log;

    public GraphQlPlugin(GraphQlConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        var scope = setup.Middleware.InstanceName ?? setup.Middleware.Id.ToString();
        metrics = setup.Shared.Get(scope, setup.Snapshot.Lease, () => new GraphQlMetrics(scope));
        documents = new DocumentSource(config, metrics, setup);
        inspector = new GraphQlInspector(config, documents);
        inspectBody = inspector.InspectBody;
        rates = new GraphQlRates(config, setup);
    }

    public override ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        var method = exchange.Request.Method;
        if (HttpMethods.IsOptions(method)) return Verdict.Continue;
        if (HttpMethods.IsPost(method)) return CheckPost(exchange) is { } refusal ? new(Refuse(exchange, refusal)) : PostAsync(exchange);
        if (!HttpMethods.IsGet(method)) return new(Refuse(exchange, config.AllowGet ? GraphQlRefusal.MethodNotAllowed : GraphQlRefusal.GetNotAllowed));
        if (!config.AllowGet) return new(Refuse(exchange, GraphQlRefusal.GetNotAllowed));

        // What is said on a WebSocket is not seen here.
        if (exchange.Request.Headers.Upgrade.Count > 0) return new(Refuse(exchange, GraphQlRefusal.BadRequest("GraphQL over WebSocket is not supported.")));
        if (exchange.HasRequestBody) return new(Refuse(exchange, GraphQlRefusal.BadRequest("A GET has its GraphQL request in the URL only.")));
        return DecideAsync(exchange, inspector.InspectQuery(exchange.Query));
    }

    public override void Record(Exchange exchange)
    {
        if (Passed.Get(exchange) is not { } inspection) return;
        foreach (var (plan, _) in inspection.Operations)
            metrics.For(plan.Operation, config.MaxOperationNames).Durations.Add(exchange.LoopIndex, exchange.Timings.Ended - exchange.Timings.Started);
    }

    /// <summary>What an upstream could read in another way than this plugin.</summary>
    private static GraphQlRefusal? CheckPost(Exchange exchange)
    {
        var request = exchange.Request;
        if (request.Headers.ContentEncoding.Count > 0 && !request.Headers.ContentEncoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase)) return GraphQlRefusal.MediaType;
        if (!IsJson(request.ContentType)) return GraphQlRefusal.MediaType;
        return GraphQlRequestReader.IsIn(exchange.Query) ? GraphQlRefusal.BadRequest("A POST has its GraphQL request in the body only.") : null;
    }

    private static bool IsJson(string? written) =>
        written is "application/json"
        || (MediaType.Parse(written) is { Name: "application/json" } type && (type.Parameter("charset") is null or "utf-8" or "utf8"));

    private async ValueTask<Verdict> PostAsync(Exchange exchange)
    {
        if (await exchange.ReadRequestBodyAsync(config.MaxBodySize) is not { } body) return Refuse(exchange, GraphQlRefusal.TooLarge);
        return await DecideAsync(exchange, await LargeBodies.CheckAsync(exchange, body, inspectBody));
    }

    private async ValueTask<Verdict> DecideAsync(Exchange exchange, GraphQlInspection inspection)
    {
        if (inspection.Refusal is { } refusal) return Refuse(exchange, refusal);
        foreach (var noted in inspection.Noted)
        {
            metrics.Refused(exchange.LoopIndex, noted.Reason, shadow: true);
            LogRefusal(exchange.RequestId, "would be refused", noted.Message);
        }

        if (!rates.IsEmpty)
        {
            var wait = await rates.CountAsync(exchange, inspection.Operations).ConfigureAwait(false);
            if (exchange.Loop is { } loop) await loop.SwitchTo();
            if (wait is { } time) return Refuse(exchange, RateExceeded(time));
        }

        foreach (var request in inspection.Requests) documents.Keep(request);
        if (inspection.IsFilledIn) FillIn(exchange, inspection);
        Passed.Set(exchange, inspection);
        return default;
    }

    private static GraphQlRefusal RateExceeded(TimeSpan wait) => new("rate", 429, "RATE_LIMITED", "Operation rate limit exceeded.")
    {
        Headers = [new("Retry-After", ((long)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture))],
    };

    /// <summary>Sends the texts of documents that were referred to, since the upstream does not know them.</summary>
    private static void FillIn(Exchange exchange, GraphQlInspection inspection)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, GraphQlJson.Writer);
        if (HttpMethods.IsGet(exchange.Request.Method))
        {
            var request = inspection.Requests[0];
            var query = exchange.Upstream.Query;
            foreach (var name in new[] { "query", "extensions", "documentId", "id" }) query = QueryArguments.Remove(query, name);
            query += $"{(query.Length > 1 ? "&" : query.Length == 0 ? "?" : "")}query={Uri.EscapeDataString(request.Query!)}";
            if (request.HasOtherExtensions())
            {
                request.WriteOtherExtensions(json);
                json.Flush();
                query += "&extensions=" + Uri.EscapeDataString(Encoding.UTF8.GetString(buffer.WrittenSpan));
            }

            exchange.Upstream.Query = query;
            return;
        }

        if (inspection.IsBatch) json.WriteStartArray();
        foreach (var request in inspection.Requests) request.WriteTo(json);
        if (inspection.IsBatch) json.WriteEndArray();
        json.Flush();
        exchange.ReplaceRequestBody(buffer.WrittenSpan.ToArray());
    }

    private Verdict Refuse(Exchange exchange, GraphQlRefusal refusal)
    {
        metrics.Refused(exchange.LoopIndex, refusal.Reason, shadow: false);
        LogRefusal(exchange.RequestId, "refused", refusal.Message);
        return refusal.AnswerFor(exchange, config.ErrorsWithStatus200);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "request {RequestId}: graphql: {What}: {Problem}")]
    private partial void LogRefusal(string requestId, string what, string problem);
}
