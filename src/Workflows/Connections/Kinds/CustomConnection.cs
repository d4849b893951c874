using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>Any header fields and query arguments.</summary>
public sealed record CustomConnection : ConnectionFields
{
    /// <summary>Header fields with their values.</summary>
    [Secret]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Query arguments with their values.</summary>
    [Secret]
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        foreach (var (name, value) in Headers) call.AddSecret(name, value);
        foreach (var (name, value) in Query) call.SecretQuery.Add(new(name, value));
        return default;
    }
}
