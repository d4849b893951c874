using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi;
using Sluice.Foundation.Schema;

namespace Sluice.Control.Identity.Endpoints;

/// <summary><c>/api/v1/auth</c>: signing in and out, who one is, one's own password and second factor, the first user of all.</summary>
internal sealed class AuthEndpoints(Accounts accounts)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/auth/login", LoginAsync).Describe(new EndpointDescription("Sign in") { BodyType = typeof(Login), AnswerType = typeof(SessionView) });
        routes.MapPost("/api/v1/auth/setup", SetupAsync).Describe(new EndpointDescription("Make the first administrator") { BodyType = typeof(Setup), AnswerType = typeof(SessionView), Status = 201 });
        routes.MapPost("/api/v1/auth/logout", LogoutAsync).Describe(new EndpointDescription("Sign out") { AnswerType = typeof(NothingView) });
        routes.MapGet("/api/v1/auth/me", MeAsync).Describe(new EndpointDescription("Show who asks") { AnswerType = typeof(CallerView) });
        routes.MapPost("/api/v1/auth/password", ChangePasswordAsync).Describe(new EndpointDescription("Change the own password") { BodyType = typeof(PasswordChange), AnswerType = typeof(SessionView) });
        routes.MapPost("/api/v1/auth/totp", EnrolAsync).Describe(new EndpointDescription("Begin to use a second factor") { BodyType = typeof(PasswordProof), AnswerType = typeof(EnrolmentView) });
        routes.MapPost("/api/v1/auth/totp/confirm", ConfirmAsync).Describe(new EndpointDescription("Confirm the second factor by a code") { BodyType = typeof(CodeProof), AnswerType = typeof(RecoveryCodesView) });
        routes.MapPost("/api/v1/auth/totp/remove", RemoveAsync).Describe(new EndpointDescription("Go without the second factor") { BodyType = typeof(PasswordProof), AnswerType = typeof(NothingView) });
    }

    private async Task LoginAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync<Login>(http) is not { } login) return;
        var (outcome, user) = await accounts.SignInAsync(login.Username, login.Password, login.Code, http.RequestAborted);
        // A name that nobody has is not entered: people type their password there.
        AuditNote.Of(http).Actor = user?.Name ?? "(unknown user)";
        AuditNote.Of(http).Detail = outcome.ToString();
        await (outcome switch
        {
            SignInOutcome.SignedIn => OpenSessionAsync(http, user!),
            SignInOutcome.SecondFactorRequired => Envelope.RefuseAsync(http, 401, new ApiError("SECOND_FACTOR_REQUIRED", "send the code of the authenticator, or a recovery code, as code", "code")),
            SignInOutcome.Busy => Envelope.RefuseAsync(http, 429, new ApiError("BUSY", "too many are signing in; try again in a moment")),
            _ => Envelope.RefuseAsync(http, 401, new ApiError("INVALID_CREDENTIALS", "the user, the password or the code is wrong; after 5 wrong attempts an account is locked for 5 minutes")),
        });
    }

    private async Task SetupAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync<Setup>(http) is not { } setup) return;
        AuditNote.Of(http).Actor = "(set-up link)";
        // What can be wrong with the password is looked at before the link is used up.
        if (Accounts.WeaknessOf(setup.Username, setup.Password) is { } weakness)
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", weakness, "password"));
            return;
        }
        if (!await accounts.SetupLinks.UseAsync(setup.Token))
        {
            await Envelope.RefuseAsync(http, 403, new ApiError("INVALID_SETUP_TOKEN", "the link was used, has expired, or is not needed any more; restarting the gateway prints a new one while there are no users"));
            return;
        }
        var (user, problems) = await accounts.CreateUserAsync(setup.Username, setup.Password, Role.Admin, []);
        if (user is null)
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", problems[0], Details: new { problems }));
            return;
        }
        AuditNote.Of(http).Object = user.Name;
        await accounts.Users.SignedInAsync(user);
        await OpenSessionAsync(http, user, StatusCodes.Status201Created);
    }

    private async Task LogoutAsync(HttpContext http)
    {
        if (http.Features.Get<SignedInSession>() is { } session) await accounts.Sessions.CloseAsync(session.Secret);
        Browser.ClearSession(http);
        await Envelope.AnswerAsync(http, new NothingView());
    }

    private Task MeAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var session = http.Features.Get<SignedInSession>();
        return Envelope.AnswerAsync(http, new CallerView(
            caller.Kind, caller.Name, caller.Role, caller.Scopes, caller.Id, session?.User.SecondFactor, session is null ? null : Browser.CsrfToken(session.Secret)));
    }

    private async Task ChangePasswordAsync(HttpContext http)
    {
        if (await SignedInAsync(http) is not { } session || await RequestBody.ReadAsync<PasswordChange>(http) is not { } change) return;
        if (!await IsReallyAsync(http, session.User, change.Password)) return;
        var problems = await accounts.ResetPasswordAsync(session.User, change.NewPassword);
        if (problems.Count > 0)
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("VALIDATION_FAILED", problems[0], "new_password", new { problems }));
            return;
        }
        await OpenSessionAsync(http, session.User);
    }

    private async Task EnrolAsync(HttpContext http)
    {
        if (await SignedInAsync(http) is not { } session || await RequestBody.ReadAsync<PasswordProof>(http) is not { } proof) return;
        if (!await IsReallyAsync(http, session.User, proof.Password)) return;
        if (session.User.SecondFactor)
        {
            await Envelope.RefuseAsync(http, 409, new ApiError("SECOND_FACTOR_IS_ON", "remove the second factor first"));
            return;
        }
        await accounts.Users.ResetAuthenticatorKeyAsync(session.User);
        await accounts.Sessions.KeepAsync(session.Secret, session.User);
        await Envelope.AnswerAsync(http, new EnrolmentView(session.User.TotpKey!, TimeBasedCodes.Uri(session.User)));
    }

    private async Task ConfirmAsync(HttpContext http)
    {
        if (await SignedInAsync(http) is not { } session || await RequestBody.ReadAsync<CodeProof>(http) is not { } proof) return;
        var user = session.User;
        if (user.SecondFactor || user.TotpKey is null)
        {
            await Envelope.RefuseAsync(http, 409, new ApiError("NOT_ENROLLING", "begin with POST /api/v1/auth/totp"));
            return;
        }
        if (!await accounts.CheckCodeAsync(user, proof.Code))
        {
            await Envelope.RefuseAsync(http, 400, new ApiError("WRONG_CODE", "the code does not fit; is the clock of the phone right?", "code"));
            return;
        }
        await accounts.Users.SetTwoFactorEnabledAsync(user, true);
        var codes = await accounts.Users.GenerateNewTwoFactorRecoveryCodesAsync(user, 10);
        await accounts.Sessions.KeepAsync(session.Secret, user);
        await Envelope.AnswerAsync(http, new RecoveryCodesView([.. codes ?? []]));
    }

    private async Task RemoveAsync(HttpContext http)
    {
        if (await SignedInAsync(http) is not { } session || await RequestBody.ReadAsync<PasswordProof>(http) is not { } proof) return;
        if (!await IsReallyAsync(http, session.User, proof.Password)) return;
        await accounts.RemoveSecondFactorAsync(session.User);
        await accounts.Sessions.KeepAsync(session.Secret, session.User);
        await Envelope.AnswerAsync(http, new NothingView());
    }

    private async Task OpenSessionAsync(HttpContext http, User user, int status = StatusCodes.Status200OK)
    {
        var (secret, expires) = await accounts.Sessions.OpenAsync(user);
        Browser.SetSession(http, secret, Sessions.Lifetime);
        await Envelope.AnswerAsync(http, new SessionView(UserView.Of(user), Browser.CsrfToken(secret), expires), status);
    }

    private static async Task<SignedInSession?> SignedInAsync(HttpContext http)
    {
        if (http.Features.Get<SignedInSession>() is { } session) return session;
        await Envelope.RefuseAsync(http, 409, new ApiError("NO_SESSION", "this is about the account of a user who is signed in; tokens have none"));
        return null;
    }

    /// <summary>Whoever found an unlocked screen does not know the password.</summary>
    private async Task<bool> IsReallyAsync(HttpContext http, User user, string password)
    {
        if (await accounts.CheckPasswordAgainAsync(user, password, http.RequestAborted)) return true;
        await Envelope.RefuseAsync(http, 403, new ApiError("WRONG_PASSWORD", "the password is wrong", "password"));
        return false;
    }

    private sealed record SessionView(UserView User, string CsrfToken, DateTimeOffset ExpiresAt);

    private sealed record CallerView(CallerKind Kind, string Name, Role? Role, IReadOnlyList<string> Scopes, string? Id, bool? SecondFactor, string? CsrfToken);

    private sealed record EnrolmentView(string Secret, string Uri);

    private sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);

    private sealed record NothingView;

    private sealed record Login
    {
        [Required, Length(1, 100), Pattern(Accounts.NamePattern, Accounts.NameSays)]
        public string Username { get; init; } = "";

        [Required, Secret, Length(1, 200)]
        public string Password { get; init; } = "";

        [Secret, Length(1, 40)]
        public string? Code { get; init; }
    }

    private sealed record Setup
    {
        [Required, Secret]
        public string Token { get; init; } = "";

        [Required, Length(1, 100), Pattern(Accounts.NamePattern, Accounts.NameSays)]
        public string Username { get; init; } = "";

        [Required, Secret, Length(Users.ShortestPassword, 200)]
        public string Password { get; init; } = "";
    }

    private sealed record PasswordChange
    {
        [Required, Secret, Length(1, 200)]
        public string Password { get; init; } = "";

        [Required, Secret, Length(Users.ShortestPassword, 200)]
        public string NewPassword { get; init; } = "";
    }

    private sealed record PasswordProof
    {
        [Required, Secret, Length(1, 200)]
        public string Password { get; init; } = "";
    }

    private sealed record CodeProof
    {
        [Required, Secret, Length(6, 7)]
        public string Code { get; init; } = "";
    }
}
