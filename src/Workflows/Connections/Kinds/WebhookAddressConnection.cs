using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>An address that is itself the authorisation: whoever knows it may post to it.</summary>
public sealed record WebhookAddressConnection : ConnectionFields, IChecked
{
    /// <summary>The address.</summary>
    [Required, Secret, Length(1, 2000)]
    public string Url { get; init; } = "";

    internal override string? ApiAddress => Url;

    public void Check(Action<string, string> report)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) report("url", "expected an address that begins with https:// or http://");
    }

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context) => default;
}
