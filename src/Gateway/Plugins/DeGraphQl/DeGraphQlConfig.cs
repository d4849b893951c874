using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.DeGraphQl;

/// <summary>Which requests become which GraphQL operations.</summary>
internal sealed record DeGraphQlConfig : IChecked
{
    /// <summary>The path of the GraphQL server on the service's host.</summary>
    [Path]
    public string GraphqlServerPath { get; init; } = "/graphql";

    /// <summary>The routes, Kong's <c>degraphql_routes</c>. The one with the more fixed segments in front goes before; other requests get 404.</summary>
    [Extension, Length(0, 1000)]
    public IReadOnlyList<DeGraphQlRouteConfig> Routes { get; init; } = [];

    /// <summary>The largest body in bytes that variables are read from.</summary>
    [Extension, Between(1, 64 * 1024 * 1024)]
    public int MaxBodySize { get; init; } = 1024 * 1024;

    public void Check(Action<string, string> report)
    {
        for (var i = 0; i < Routes.Count; i++)
            if (DeGraphQlRoute.Compile(Routes[i]) is { Route: null } wrong) report($"routes[{i}].{wrong.Field}", wrong.Problem);
    }
}

/// <summary>One kind of request and its operation.</summary>
internal sealed record DeGraphQlRouteConfig
{
    /// <summary>
    /// The path behind the route's and the service's own, with the variables in it: <c>/repos/:owner/:name</c> or <c>/repos/{owner}/{name}</c>. Other variables are taken from
    /// arguments of their name; <c>?q={term}</c> takes the variable <c>term</c> from the argument <c>q</c>.
    /// </summary>
    [Required, Length(1, 2000)]
    public string Uri { get; init; } = "";

    /// <summary>The methods of requests.</summary>
    [OneOf("GET", "POST", "PUT", "PATCH", "DELETE"), Length(1, 5), Unique]
    public IReadOnlyList<string> Methods { get; init; } = ["GET"];

    /// <summary>The operation, with its variables declared.</summary>
    [Required, Length(1, 100_000)]
    public string Query { get; init; } = "";
}
