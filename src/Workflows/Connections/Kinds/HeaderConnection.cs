using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A key in a header field.</summary>
public sealed record HeaderConnection : ConnectionFields
{
    /// <summary>The name of the field.</summary>
    [Length(1, 200), Pattern("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "the name of a header field")]
    public string Name { get; init; } = "X-API-Key";

    /// <summary>Its value.</summary>
    [Required, Secret, Length(1, 16384)]
    public string Value { get; init; } = "";

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        call.AddSecret(Name, Value);
        return default;
    }
}
