using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A token in the Authorization field.</summary>
public sealed record BearerConnection : ConnectionFields
{
    /// <summary>The token.</summary>
    [Required, Secret, Length(1, 65536)]
    public string Token { get; init; } = "";

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        call.AddSecret("Authorization", "Bearer " + Token);
        return default;
    }
}
