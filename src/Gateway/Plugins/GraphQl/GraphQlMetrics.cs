using System.Collections.Concurrent;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Plugins.GraphQl.Requests;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.GraphQl;

/// <summary>What became of operations, for <c>/metrics</c>: those of one middleware, by its instance name or id.</summary>
internal sealed class GraphQlMetrics(string middleware) : IMetricsSource
{
    private const string Unnamed = "anonymous";
    private const string Other = "other";
    private const int MaxNameLength = 100;

    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<(GraphQlOperationType Type, string Name), OperationMeter> operations = new();

    // Documents known and read anew, persisted ones found and not, then the refusals.
    private readonly StripedCounters counts = new(4 + (2 * GraphQlRefusal.Reasons.Length));

    /// <summary>Where an operation that is let through is counted.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="maxNames">How many are told apart, names being what clients like.</param>
    public OperationMeter For(GraphQlOperation operation, int maxNames)
    {
        var name = operation.Name ?? Unnamed;
        if (operations.TryGetValue((operation.Type, name), out var known)) return known;
        if (operation.Name is not null && (operations.Count >= maxNames || name.Length > MaxNameLength)) name = Other;
        return operations.GetOrAdd((operation.Type, name), static key => new OperationMeter(key.Type, key.Name));
    }

    public void Read(bool known) => counts.Add(Environment.CurrentManagedThreadId, known ? 0 : 1, 1);

    public void Persisted(bool found) => counts.Add(Environment.CurrentManagedThreadId, found ? 2 : 3, 1);

    public void Refused(int stripe, string reason, bool shadow) =>
        counts.Add(stripe, 4 + (2 * Array.IndexOf(GraphQlRefusal.Reasons, reason)) + (shadow ? 1 : 0), 1);

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        const string Documents = "gateway_graphql_documents_total";
        text.Family(Documents, "counter", "GraphQL documents that were read, or known already.")
            .Part(Documents, counts.Sum(0), ("middleware", middleware), ("result", "known"))
            .Part(Documents, counts.Sum(1), ("middleware", middleware), ("result", "read"));
        const string PersistedDocuments = "gateway_graphql_persisted_total";
        text.Family(PersistedDocuments, "counter", "GraphQL requests that referred to a persisted document.")
            .Part(PersistedDocuments, counts.Sum(2), ("middleware", middleware), ("result", "found"))
            .Part(PersistedDocuments, counts.Sum(3), ("middleware", middleware), ("result", "unknown"));
        const string Refusals = "gateway_graphql_refused_total";
        text.Family(Refusals, "counter", "GraphQL requests that were refused, or would have been.");
        for (var i = 0; i < GraphQlRefusal.Reasons.Length; i++)
        {
            if (counts.Sum(4 + (2 * i)) is > 0 and var refused) text.Part(Refusals, refused, ("middleware", middleware), ("reason", GraphQlRefusal.Reasons[i]), ("outcome", "refused"));
            if (counts.Sum(5 + (2 * i)) is > 0 and var noted) text.Part(Refusals, noted, ("middleware", middleware), ("reason", GraphQlRefusal.Reasons[i]), ("outcome", "noted"));
        }

        const string Durations = "gateway_graphql_operation_duration_seconds";
        text.Family(Durations, "histogram", "Time from the request to the end of the response, by GraphQL operation.");
        foreach (var meter in operations.Values)
            text.Histogram(Durations, meter.Durations, 1, ("middleware", middleware), ("operation", meter.Name), ("type", meter.Type));
    }

    /// <summary>One operation that is told apart.</summary>
    internal sealed class OperationMeter(GraphQlOperationType type, string name)
    {
        public string Name => name;

        public string Type { get; } = type.ToString().ToLowerInvariant();

        public LatencyHistogram Durations { get; } = new(Bounds);
    }
}
