using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.FakeStore;

/// <summary>What is done at the Fake Store API.</summary>
[CamelCase]
internal sealed record FakeStoreParameters : ConnectorParameters
{
    /// <summary>The product, cart or user.</summary>
    public Parameter<string> Id { get; init; } = "";

    /// <summary>The category of products.</summary>
    public Parameter<string> Category { get; init; } = "";

    /// <summary>What comes first, by id.</summary>
    [OneOf("asc", "desc")]
    public string? Sort { get; init; }

    /// <summary>Whose carts are wanted.</summary>
    public Parameter<string> UserId { get; init; } = "";

    /// <summary>The fields of what is made or changed; the item itself unless given.</summary>
    public Parameter<JsValue>? Fields { get; init; }
}
