using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.GraphQl.Measuring;

/// <summary>What fields and types cost and which arguments say how long a list will be; made when the snapshot is built.</summary>
internal sealed class GraphQlWeights
{
    private readonly Dictionary<(string? Type, string Field), double> fields = [];
    private readonly Dictionary<string, double> types;
    private readonly double fieldCost;
    private readonly double listSize;

    public GraphQlWeights(GraphQlConfig config)
    {
        Schema = config.Schema is null ? GraphQlSchema.Unknown : GraphQlSchemaParser.Parse(config.Schema).Schema!;
        fieldCost = config.DefaultFieldCost;
        listSize = config.DefaultListSize;
        types = new Dictionary<string, double>(config.TypeCosts, StringComparer.Ordinal);
        foreach (var (name, cost) in config.FieldCosts)
            fields[name.Split('.') is [var type, var field] ? (type, field) : (null, name)] = cost;
        ListArguments = [.. config.ListArguments.Select(a => a.Split('.'))];
    }

    public GraphQlSchema Schema { get; }

    /// <summary>Names of arguments, each with the names of the members inside it.</summary>
    public string[][] ListArguments { get; }

    public double OfField(string? type, string field) =>
        (type is not null && fields.TryGetValue((type, field), out var cost)) || fields.TryGetValue((null, field), out cost) ? cost : fieldCost;

    public double OfType(string? type) => type is not null && types.TryGetValue(type, out var cost) ? cost : 0;

    /// <summary>How long a list is taken to be whose length nothing tells.</summary>
    public double ListSize(GraphQlType? type) => type is { Element: not null } ? listSize : 1;
}
