using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>Joins inputs with a query over one table for each.</summary>
internal static class SqlMerge
{
    public static IReadOnlyList<Item> Run(string query, IReadOnlyList<Item>[] inputs)
    {
        _ = query;
        _ = inputs;
        throw new NodeException("the mode combineBySql is not supported here") { Retryable = false };
    }
}
