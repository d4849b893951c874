using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity.Endpoints;

/// <summary><c>/api/v1/tokens</c>: what programs use instead of a password.</summary>
internal sealed class TokenEndpoints(Accounts accounts)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/tokens", ListAsync).Describe(new EndpointDescription("List API tokens") { Lists = true, AnswerType = typeof(TokenView) });
        routes.MapPost("/api/v1/tokens", CreateAsync).Describe(new EndpointDescription("Make an API token; its secret is shown this once") { BodyType = typeof(NewToken), AnswerType = typeof(TokenView), Status = 201 });
        routes.MapGet("/api/v1/tokens/{id}", http => WithTokenAsync(http, token => Envelope.AnswerAsync(http, TokenView.Of(token)))).Describe(new EndpointDescription("Show an API token") { AnswerType = typeof(TokenView) });
        routes.MapDelete("/api/v1/tokens/{id}", http => WithTokenAsync(http, token => RevokeAsync(http, token))).Describe(new EndpointDescription("Revoke an API token") { Status = 204 });
    }

    private async Task ListAsync(HttpContext http)
    {
        if (await Paging.ReadAsync(http) is not { } paging) return;
        var tokens = await accounts.Tokens.ListAsync(paging.Offset, paging.Size);
        await Envelope.AnswerAsync(http, tokens.Select(t => TokenView.Of(t)), page: paging.Of(await accounts.Tokens.CountAsync()));
    }

    private async Task CreateAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync<NewToken>(http) is not { } wanted) return;
        AuditNote.Of(http).Object = wanted.Name;
        try
        {
            var lifetime = wanted.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            var (token, secret) = await accounts.Tokens.CreateAsync(wanted.Name, wanted.Role, wanted.Scopes, lifetime, Caller.Of(http).Name);
            await Envelope.AnswerAsync(http, TokenView.Of(token, secret), StatusCodes.Status201Created);
        }
        catch (DuplicateKeyException)
        {
            await Envelope.RefuseAsync(http, 409, new ApiError("TOKEN_EXISTS", "there is a token with this name", "name"));
        }
    }

    private async Task RevokeAsync(HttpContext http, ApiToken token)
    {
        await accounts.Tokens.RevokeAsync(token.Id);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task WithTokenAsync(HttpContext http, Func<ApiToken, Task> answer)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        if (id.Contains('\0', StringComparison.Ordinal) || await accounts.Tokens.FindAsync(id) is not { } token)
        {
            await Envelope.RefuseAsync(http, 404, new ApiError("TOKEN_NOT_FOUND", "there is no such token"));
            return;
        }
        AuditNote.Of(http).Object = token.Name;
        await answer(token);
    }

    private sealed record TokenView(
        string Id, string Name, string Hint, Role Role, IReadOnlyList<string> Scopes, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
        DateTimeOffset? UsedAt, string? Token)
    {
        public static TokenView Of(ApiToken token, string? secret = null) => new(
            token.Id, token.Name, token.Hint, token.Role, Words.Split(token.Scopes), token.CreatedBy, DateTimeOffset.FromUnixTimeMilliseconds(token.CreatedAt),
            At(token.ExpiresAt), At(token.UsedAt), secret);

        private static DateTimeOffset? At(long? time) => time is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    private sealed record NewToken
    {
        [Required, Length(1, 100), Pattern(Accounts.NamePattern, Accounts.NameSays)]
        public string Name { get; init; } = "";

        [Required]
        public Role Role { get; init; }

        [Length(0, 50), Pattern(Accounts.ScopeText, "tenant:NAME")]
        public IReadOnlyList<string> Scopes { get; init; } = [];

        /// <summary>Seconds; null for a token that does not expire.</summary>
        [Between(60, 315_360_000)]
        public long? ExpiresIn { get; init; }
    }
}
