using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

/// <summary>How an attempt to sign in ended.</summary>
public enum SignInOutcome
{
    SignedIn,

    /// <summary>The user, the password or the code is wrong, or the account is locked or disabled: the caller is not told which.</summary>
    Refused,

    /// <summary>The password is right; a code is needed, too.</summary>
    SecondFactorRequired,

    /// <summary>Too many passwords are being checked.</summary>
    Busy,
}

/// <summary>Everybody who may use the admin listener: users, their sessions, tokens. What the API and the commands of <c>sluice</c> work on.</summary>
public sealed partial class Accounts : IDisposable
{
    /// <summary>How long somebody waits for their password to be checked while others' are.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ComponentDatabase database;
    private readonly TimeProvider time;

    // Checking a password is a tenth of a second of pure work, on purpose; a flood of them must leave the gateway its processors.
    private readonly SemaphoreSlim checking = new(1);
    private volatile bool anybody;
    private volatile bool nobody;

    /// <param name="iterations">Of PBKDF2.</param>
    public Accounts(Database database, TimeProvider time, ILoggerFactory logs, int iterations = Users.Iterations)
    {
        this.time = time;
        this.database = new ComponentDatabase(database, "identity", IdentityMigrations.Steps, time);
        Users = new Users(new UserStore(this.database), time, logs, iterations);
        Sessions = new Sessions(this.database, Users, time);
        Tokens = new ApiTokens(this.database, time);
        SetupLinks = new SetupLinks(this.database, time);
    }

    internal Users Users { get; }

    internal Sessions Sessions { get; }

    public ApiTokens Tokens { get; }

    internal SetupLinks SetupLinks { get; }

    /// <summary>Whether somebody has an account. Once it was so it stays so until the program ends: the door does not open again.</summary>
    public async Task<bool> AnyUserAsync()
    {
        if (anybody) return true;
        anybody = await Users.CountAsync() > 0;
        nobody = !anybody;
        return anybody;
    }

    /// <summary>The same for who only reads: while the database is away, what it said last counts, if it has said anything.</summary>
    internal async Task<bool> AnyUserLatelyAsync()
    {
        try
        {
            return await AnyUserAsync();
        }
        catch (DatabaseUnavailableException) when (nobody)
        {
            return false;
        }
    }

    /// <summary>Brings the tables up to date.</summary>
    /// <exception cref="DatabaseException">The database does not answer, or was written by a newer program.</exception>
    public Task PrepareAsync(CancellationToken cancel = default) => database.PrepareAsync(cancel);

    public Task<IReadOnlyList<User>> ListUsersAsync() => Users.ListAsync();

    public Task<User?> FindUserAsync(string name) => Users.FindByNameAsync(name);

    /// <returns>The user, or why there is none: one sentence each.</returns>
    public async Task<(User? User, IReadOnlyList<string> Problems)> CreateUserAsync(string name, string password, Role role, IEnumerable<string> scopes)
    {
        var user = new User { Name = name, Role = role, Scopes = Words.Join(scopes), CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds() };
        if (WeaknessOf(name, password) is { } weakness) return (null, [weakness]);
        var result = await Users.CreateAsync(user, password);
        anybody |= result.Succeeded;
        return result.Succeeded ? (user, []) : (null, ProblemsOf(result));
    }

    /// <summary>Sets a password without knowing the old one, unlocks the account and ends its sessions.</summary>
    /// <returns>Why it was not done; empty when it was.</returns>
    public async Task<IReadOnlyList<string>> ResetPasswordAsync(User user, string password)
    {
        if (WeaknessOf(user.Name, password) is { } weakness) return [weakness];
        user.PasswordHash = Users.PasswordHasher.HashPassword(user, password);
        var result = await Users.UpdateSecurityStampAsync(user);
        if (!result.Succeeded) return ProblemsOf(result);
        await Users.ResetAccessFailedCountAsync(user);
        await Sessions.CloseAllAsync(user);
        return [];
    }

    /// <summary>Takes the second factor away, for who has lost the phone and the recovery codes.</summary>
    public async Task RemoveSecondFactorAsync(User user)
    {
        user.TotpKey = null;
        user.RecoveryCodes = "";
        await Users.SetTwoFactorEnabledAsync(user, false);
    }

    /// <summary>A secret for <c>/setup?token=...</c>; null when somebody has an account already.</summary>
    public async Task<string?> CreateSetupTokenAsync() => await AnyUserAsync() ? null : await SetupLinks.CreateAsync();

    /// <summary>Checks a name, a password and, for who has a second factor, a code of the authenticator or a recovery code.</summary>
    /// <returns>How it ended, and the user it was about, who may be there without being signed in.</returns>
    internal async Task<(SignInOutcome Outcome, User? User)> SignInAsync(string name, string password, string? code, CancellationToken cancel)
    {
        if (!await checking.WaitAsync(Patience, cancel)) return (SignInOutcome.Busy, null);
        try
        {
            var user = await Users.FindByNameAsync(name);
            if (user is null or { Disabled: true } || await Users.IsLockedOutAsync(user))
            {
                Users.CheckNobodysPassword(password);
                return (SignInOutcome.Refused, user);
            }
            if (!await Users.CheckPasswordAsync(user, password) || (user.SecondFactor && code is not null && !await CheckCodeAsync(user, code)))
            {
                await Users.AccessFailedAsync(user);
                return (SignInOutcome.Refused, user);
            }
            if (user.SecondFactor && code is null) return (SignInOutcome.SecondFactorRequired, user);
            await Users.SignedInAsync(user);
            return (SignInOutcome.SignedIn, user);
        }
        finally
        {
            checking.Release();
        }
    }

    /// <summary>Checks the password of who is signed in already. Wrong ones count as when signing in.</summary>
    internal async Task<bool> CheckPasswordAgainAsync(User user, string password, CancellationToken cancel)
    {
        await checking.WaitAsync(cancel);
        try
        {
            if (!await Users.IsLockedOutAsync(user) && await Users.CheckPasswordAsync(user, password)) return true;
            await Users.AccessFailedAsync(user);
            return false;
        }
        finally
        {
            checking.Release();
        }
    }

    internal async Task<bool> CheckCodeAsync(User user, string code) =>
        await Users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, code.Replace(" ", "", StringComparison.Ordinal))
        || (code.Length > 6 && (await Users.RedeemTwoFactorRecoveryCodeAsync(user, code)).Succeeded);

    /// <summary>Whether <paramref name="scope"/> is written as one.</summary>
    public static bool IsScope(string scope) => ScopePattern().IsMatch(scope);

    /// <summary>Whether <paramref name="name"/> can be a user's or a token's.</summary>
    public static bool IsName(string name) => NameRegex().IsMatch(name);

    internal static string[] ProblemsOf(IdentityResult result) => [.. result.Errors.Select(e => e.Description)];

    /// <summary>What is wrong with a password; null for nothing. Length is what makes one hard to guess; rules about characters make people write it down.</summary>
    public static string? WeaknessOf(string name, string password) =>
        password.Length < Users.ShortestPassword ? $"the password must have at least {Users.ShortestPassword} characters"
        : string.IsNullOrWhiteSpace(password) ? "the password must not be blank"
        : name.Length >= 4 && password.Contains(name, StringComparison.OrdinalIgnoreCase) ? "the password must not contain the user's name"
        : null;

    [GeneratedRegex(@"\A" + ScopeText + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex ScopePattern();

    [GeneratedRegex(@"\A" + NamePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameRegex();

    /// <summary>How names are written.</summary>
    internal const string NamePattern = "[A-Za-z0-9._@+-]{1,100}";
    internal const string NameSays = "letters, digits and . _ @ + -";

    /// <summary>How a scope is written.</summary>
    internal const string ScopeText = "tenant:[A-Za-z0-9._-]{1,100}";

    public void Dispose()
    {
        Users.Dispose();
        checking.Dispose();
        database.Dispose();
    }
}
