using System.Text;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections;

/// <summary>Where in a request a service wants its token.</summary>
internal sealed class TokenPlace
{
    private readonly Action<ServiceConnection, HttpCall> _put;

    private TokenPlace(Action<ServiceConnection, HttpCall> put) => _put = put;

    /// <summary>In the Authorization field (RFC 6750).</summary>
    public static TokenPlace Bearer { get; } = Header("Authorization", "Bearer ");

    /// <summary>As the password of the account (RFC 7617).</summary>
    public static TokenPlace Password { get; } = new(static (fields, call) =>
    {
        if (fields.Account is not { } account) throw new NodeException("the connection's field 'account' is missing") { Retryable = false };
        call.AddSecret("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account}:{fields.Token}")));
    });

    /// <summary>In a header field, behind a prefix.</summary>
    public static TokenPlace Header(string name, string prefix = "") => new((fields, call) => call.AddSecret(name, prefix + fields.Token));

    /// <summary>In a query argument.</summary>
    public static TokenPlace Query(string name) => new((fields, call) => call.SecretQuery.Add(new(name, fields.Token)));

    /// <summary>As the first segment of the path, behind a prefix.</summary>
    public static TokenPlace Path(string prefix) => new((fields, call) =>
        call.Url = new Uri(call.Url, $"/{prefix}{Uri.EscapeDataString(fields.Token).Replace("%3A", ":", StringComparison.Ordinal)}{call.Url.PathAndQuery}"));

    public void Put(ServiceConnection fields, HttpCall call) => _put(fields, call);
}
