using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A key in a query argument.</summary>
public sealed record QueryConnection : ConnectionFields
{
    /// <summary>The name of the argument.</summary>
    [Required, Length(1, 200)]
    public string Name { get; init; } = "";

    /// <summary>Its value.</summary>
    [Required, Secret, Length(1, 16384)]
    public string Value { get; init; } = "";

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        call.SecretQuery.Add(new(Name, Value));
        return default;
    }
}
