using System.Globalization;
using Sluice.Gateway.Plugins.GraphQl.Documents;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Plugins.GraphQl.Requests;

namespace Sluice.Gateway.Plugins.GraphQl.Measuring;

/// <summary>Holds operations against the limits of a configuration.</summary>
internal sealed class GraphQlLimits(GraphQlConfig config)
{
    private readonly bool[] allowed = [.. Enum.GetNames<GraphQlOperationType>().Select(name => config.AllowedOperations.Contains(name.ToLowerInvariant()))];

    /// <summary>Why an operation is never let through, however small; null when it may be.</summary>
    public GraphQlRefusal? CheckKind(GraphQlOperation operation, in GraphQlMeasure measure, bool isGet)
    {
        if (isGet && operation.Type != GraphQlOperationType.Query) return GraphQlRefusal.MutationByGet;
        if (!allowed[(int)operation.Type]) return new GraphQlRefusal("type", 403, "OPERATION_TYPE_DISABLED", $"Operations of type {operation.Type.ToString().ToLowerInvariant()} are not allowed.");
        return measure.Introspects && !config.Introspection ? GraphQlRefusal.Introspection : null;
    }

    /// <summary>The first limit that an operation breaks; null when it keeps all.</summary>
    public GraphQlRefusal? CheckSize(ParsedDocument document, in GraphQlMeasure measure) =>
        Exceeds("depth", "Depth", measure.Depth, config.MaxDepth)
        ?? Exceeds("depth", "Introspection depth", measure.IntrospectionDepth, config.MaxIntrospectionDepth)
        ?? Exceeds("aliases", "Number of aliases", measure.Aliases, config.MaxAliases)
        ?? Exceeds("root_fields", "Number of root fields", measure.RootFields, config.MaxRootFields)
        ?? Exceeds("directives", "Number of directives", measure.Directives, config.MaxDirectives)
        ?? Exceeds("fragments", "Number of fragments", document.Fragments, config.MaxFragments);

    /// <summary>As <see cref="CheckSize"/>, of all operations of a request together.</summary>
    public GraphQlRefusal? CheckSum(double complexity, double cost) =>
        Exceeds("complexity", "Complexity", complexity, config.MaxComplexity) ?? Exceeds("cost", "Cost", cost, config.MaxCost);

    private static GraphQlRefusal? Exceeds(string reason, string what, double value, double? limit) =>
        value > limit
            ? new GraphQlRefusal(reason, 400, "GRAPHQL_VALIDATION_FAILED", string.Create(CultureInfo.InvariantCulture, $"{what} {value:0.##} exceeds the limit of {limit:0.##}."))
            : null;
}
