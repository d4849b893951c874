using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>The token of a service that a connector knows; the kind says where the service wants it.</summary>
public sealed record ServiceConnection : ConnectionFields, IChecked
{
    /// <summary>The token or key.</summary>
    [Required, Secret, Length(1, 16384)]
    public string Token { get; init; } = "";

    /// <summary>Whose it is, where the service asks: the account SID of Twilio.</summary>
    [Length(1, 200)]
    public string? Account { get; init; }

    /// <summary>The address of the API, in place of the service's usual one: a GitLab of one's own, a server with the API of OpenAI.</summary>
    [Length(1, 2000)]
    public string? BaseUrl { get; init; }

    internal override string? ApiAddress => BaseUrl;

    public void Check(Action<string, string> report)
    {
        if (BaseUrl is not null && (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
            report("base_url", "expected an address that begins with https:// or http://");
    }

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        connection.Kind.Token.Put(this, call);
        return default;
    }
}
