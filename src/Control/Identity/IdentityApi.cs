using Microsoft.AspNetCore.Routing;
using Sluice.Control.Identity.Endpoints;

namespace Sluice.Control.Identity;

public static class IdentityApi
{
    /// <summary>Adds <c>/api/v1/auth</c>, <c>/api/v1/users</c>, <c>/api/v1/tokens</c> and <c>/setup</c>.</summary>
    public static void MapIdentity(this IEndpointRouteBuilder routes, Accounts accounts)
    {
        new AuthEndpoints(accounts).Map(routes);
        new UserEndpoints(accounts).Map(routes);
        new TokenEndpoints(accounts).Map(routes);
        SetupPage.Map(routes);
    }
}
