using Sluice.Gateway.Plugins.GraphQl.Documents;
using Sluice.Gateway.Plugins.GraphQl.Measuring;

namespace Sluice.Gateway.Plugins.GraphQl.Requests;

/// <summary>What was found out about a request.</summary>
internal sealed class GraphQlInspection
{
    /// <summary>Why it is not let through; null when it is.</summary>
    public GraphQlRefusal? Refusal { get; init; }

    /// <summary>Limits that it breaks while limits are only noted.</summary>
    public List<GraphQlRefusal> Noted { get; } = [];

    public GraphQlRequest[] Requests { get; init; } = [];

    /// <summary>The operations that will run, in the order of <see cref="Requests"/>.</summary>
    public (GraphQlPlan Plan, double Cost)[] Operations { get; init; } = [];

    public bool IsBatch { get; init; }

    /// <summary>Some referred to a document, whose text the upstream is to get.</summary>
    public bool IsFilledIn { get; init; }
}

/// <summary>Looks at requests: what they ask for, and whether they may.</summary>
internal sealed class GraphQlInspector(GraphQlConfig config, DocumentSource documents)
{
    private readonly GraphQlWeights weights = new(config);
    private readonly GraphQlLimits limits = new(config);

    public GraphQlInspection InspectBody(byte[] body)
    {
        var (requests, isBatch, refusal) = GraphQlRequestReader.ReadBody(body, config.MaxBatchSize, documents.HasNames);
        return refusal is null ? Inspect(requests, isBatch, isGet: false) : new GraphQlInspection { Refusal = refusal };
    }

    public GraphQlInspection InspectQuery(string query)
    {
        var (request, refusal) = GraphQlRequestReader.ReadQuery(query, documents.HasNames);
        return request is null ? new GraphQlInspection { Refusal = refusal } : Inspect([request], isBatch: false, isGet: true);
    }

    private GraphQlInspection Inspect(GraphQlRequest[] requests, bool isBatch, bool isGet)
    {
        var operations = new (GraphQlPlan Plan, double Cost)[requests.Length];
        var filledIn = Array.Exists(requests, r => r.Query is null);
        var inspection = new GraphQlInspection { Requests = requests, Operations = operations, IsBatch = isBatch, IsFilledIn = filledIn };
        double complexity = 0, cost = 0;
        for (var i = 0; i < requests.Length; i++)
        {
            var (document, refusal) = documents.Find(requests[i]);
            if (document is null) return new GraphQlInspection { Refusal = refusal };
            if (Choose(document, requests[i].OperationName) is not { } plan)
                return new GraphQlInspection { Refusal = NoOperation(requests[i].OperationName) };
            var measure = plan.Measure(weights, requests[i].Variables);
            if (limits.CheckKind(plan.Operation, measure, isGet) is { } never) return new GraphQlInspection { Refusal = never };
            if (limits.CheckSize(document, measure) is { } tooMuch && !Note(inspection, tooMuch)) return new GraphQlInspection { Refusal = tooMuch };
            complexity += measure.Complexity;
            cost += measure.Cost;
            operations[i] = (plan, measure.Cost);
        }

        return limits.CheckSum(complexity, cost) is { } sum && !Note(inspection, sum) ? new GraphQlInspection { Refusal = sum } : inspection;
    }

    private bool Note(GraphQlInspection inspection, GraphQlRefusal refusal)
    {
        if (config.Shadow) inspection.Noted.Add(refusal);
        return config.Shadow;
    }

    /// <summary>The operation that will run (section 6.1, GetOperation).</summary>
    private static GraphQlPlan? Choose(ParsedDocument document, string? name) =>
        name is null
            ? document.Plans is [var only] ? only : null
            : Array.Find(document.Plans, p => string.Equals(p.Operation.Name, name, StringComparison.Ordinal));

    private static GraphQlRefusal NoOperation(string? name) => new(
        "operation", 400, "OPERATION_RESOLUTION_FAILURE", name is null ? "Must provide operation name if query contains multiple operations." : $"Unknown operation named \"{name}\".");
}
