using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi;
using Sluice.Foundation.Schema;

namespace Sluice.Control.Identity.Endpoints;

/// <summary>A user as answers show them.</summary>
internal sealed record UserView(
    string Id, string Username, Role Role, IReadOnlyList<string> Scopes, bool Disabled, bool SecondFactor, DateTimeOffset CreatedAt, DateTimeOffset? SignedInAt)
{
    public static UserView Of(User user) => new(
        user.Id, user.Name, user.Role, user.ScopeList, user.Disabled, user.SecondFactor, DateTimeOffset.FromUnixTimeMilliseconds(user.CreatedAt),
        user.SignedInAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
}

/// <summary><c>/api/v1/users</c>: who may sign in, and what they may do.</summary>
internal sealed class UserEndpoints(Accounts accounts)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/users", ListAsync).Describe(new EndpointDescription("List users") { Lists = true, AnswerType = typeof(UserView) });
        routes.MapPost("/api/v1/users", CreateAsync).Describe(new EndpointDescription("Create a user") { BodyType = typeof(NewUser), AnswerType = typeof(UserView), Status = 201 });
        routes.MapGet("/api/v1/users/{id}", http => WithUserAsync(http, user => Envelope.AnswerAsync(http, UserView.Of(user)))).Describe(new EndpointDescription("Show a user") { AnswerType = typeof(UserView) });
        routes.MapPatch("/api/v1/users/{id}", http => WithUserAsync(http, user => ChangeAsync(http, user))).Describe(new EndpointDescription("Change a user") { BodyType = typeof(UserChange), AnswerType = typeof(UserView) });
        routes.MapDelete("/api/v1/users/{id}", http => WithUserAsync(http, user => DeleteAsync(http, user))).Describe(new EndpointDescription("Delete a user") { Status = 204 });
        routes.MapDelete("/api/v1/users/{id}/sessions", http => WithUserAsync(http, user => EndSessionsAsync(http, user))).Describe(new EndpointDescription("End the sessions of a user") { Status = 204 });
    }

    private async Task ListAsync(HttpContext http)
    {
        if (await Paging.ReadAsync(http) is not { } paging) return;
        var users = await accounts.Users.ListAsync(paging.Offset, paging.Size);
        await Envelope.AnswerAsync(http, users.Select(UserView.Of), page: paging.Of(await accounts.Users.CountAsync()));
    }

    private async Task CreateAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync<NewUser>(http) is not { } wanted) return;
        AuditNote.Of(http).Object = wanted.Username;
        if (await accounts.FindUserAsync(wanted.Username) is not null)
        {
            await Envelope.RefuseAsync(http, 409, new ApiError("USER_EXISTS", "there is a user with this name", "username"));
            return;
        }
        var (user, problems) = await accounts.CreateUserAsync(wanted.Username, wanted.Password, wanted.Role, wanted.Scopes);
        await (user is null
            ? Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", problems[0], Details: new { problems }))
            : Envelope.AnswerAsync(http, UserView.Of(user), StatusCodes.Status201Created));
    }

    private async Task ChangeAsync(HttpContext http, User user)
    {
        if (await RequestBody.ReadAsync<UserChange>(http) is not { } change) return;
        var stays = (change.Role ?? user.Role) == Role.Admin && !(change.Disabled ?? user.Disabled) && (change.Scopes ?? user.ScopeList).Count == 0;
        if (!stays && await accounts.Users.IsLastAdminAsync(user))
        {
            await LastAdminAsync(http);
            return;
        }
        if (change.Password is { } password && await accounts.ResetPasswordAsync(user, password) is { Count: > 0 } problems)
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", problems[0], "password", new { problems }));
            return;
        }
        if (change.RemoveSecondFactor) await accounts.RemoveSecondFactorAsync(user);
        user.Role = change.Role ?? user.Role;
        user.Disabled = change.Disabled ?? user.Disabled;
        user.Scopes = change.Scopes is { } scopes ? Words.Join(scopes) : user.Scopes;
        AuditNote.Of(http).Detail = change.Describe();
        await (await accounts.Users.UpdateAsync(user) is { Succeeded: false }
            ? Envelope.RefuseAsync(http, 409, new ApiError("CHANGED_MEANWHILE", "somebody else has changed this user at the same time; look again"))
            : Envelope.AnswerAsync(http, UserView.Of(user)));
    }

    private async Task DeleteAsync(HttpContext http, User user)
    {
        if (await accounts.Users.IsLastAdminAsync(user))
        {
            await LastAdminAsync(http);
            return;
        }
        await accounts.Users.DeleteAsync(user);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task EndSessionsAsync(HttpContext http, User user)
    {
        await accounts.Sessions.CloseAllAsync(user);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>By id or by name.</summary>
    private async Task WithUserAsync(HttpContext http, Func<User, Task> answer)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        var user = id.Contains('\0', StringComparison.Ordinal) ? null : await accounts.Users.FindByIdAsync(id) ?? await accounts.FindUserAsync(id);
        if (user is null)
        {
            await Envelope.RefuseAsync(http, 404, new ApiError("USER_NOT_FOUND", "there is no such user"));
            return;
        }
        AuditNote.Of(http).Object = user.Name;
        await answer(user);
    }

    private static Task LastAdminAsync(HttpContext http) =>
        Envelope.RefuseAsync(http, 409, new ApiError("LAST_ADMIN", "nobody could administer the gateway any more: make somebody else an admin first"));

    private sealed record NewUser
    {
        [Required, Length(1, 100), Pattern(Accounts.NamePattern, Accounts.NameSays)]
        public string Username { get; init; } = "";

        [Required, Secret, Length(Users.ShortestPassword, 200)]
        public string Password { get; init; } = "";

        [Required]
        public Role Role { get; init; }

        [Length(0, 50), Pattern(Accounts.ScopeText, "tenant:NAME")]
        public IReadOnlyList<string> Scopes { get; init; } = [];
    }

    private sealed record UserChange
    {
        [Secret, Length(Users.ShortestPassword, 200)]
        public string? Password { get; init; }

        public Role? Role { get; init; }

        [Length(0, 50), Pattern(Accounts.ScopeText, "tenant:NAME")]
        public IReadOnlyList<string>? Scopes { get; init; }

        public bool? Disabled { get; init; }

        public bool RemoveSecondFactor { get; init; }

        public string Describe() => string.Join(", ", new[]
        {
            Password is null ? null : "new password",
            Role is null ? null : $"role {Role}",
            Scopes is null ? null : $"scopes [{string.Join(' ', Scopes)}]",
            Disabled switch { true => "disabled", false => "enabled", null => null },
            RemoveSecondFactor ? "second factor removed" : null,
        }.Where(part => part is not null));
    }
}
