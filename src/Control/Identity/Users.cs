using Dapper;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sluice.Control.Identity;

/// <summary>ASP.NET Core Identity's user manager over our store, with a lockout that several nodes count together.</summary>
internal sealed class Users : UserManager<User>
{
    /// <summary>What OWASP asks of PBKDF2 with HMAC-SHA-512. Passwords stored with fewer iterations are stored anew when their users sign in.</summary>
    public const int Iterations = 210_000;

    public const int ShortestPassword = 10;

    private const int MostFailures = 5;
    private static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);

    private readonly UserStore store;
    private readonly TimeProvider time;
    private readonly Lazy<string> nobodysHash;

    public Users(UserStore store, TimeProvider time, ILoggerFactory logs, int iterations = Iterations)
        : base(store, Rules(), Hasher(iterations), [new UserValidator<User>()], [new PasswordValidator<User>()], new UpperInvariantLookupNormalizer(),
            new IdentityErrorDescriber(), null!, logs.CreateLogger<UserManager<User>>())
    {
        this.store = store;
        this.time = time;
        nobodysHash = new Lazy<string>(() => PasswordHasher.HashPassword(new User(), SecretText.Random()));
        RegisterTokenProvider(TokenOptions.DefaultAuthenticatorProvider, new TimeBasedCodes(store.Database, time));
    }

    public Task<IReadOnlyList<User>> ListAsync(int offset = 0, int most = int.MaxValue) => store.ListAsync(offset, most);

    public Task<long> CountAsync() => store.Database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT count(*) FROM users"));

    /// <summary>Whether somebody else who is not disabled could still administer, unlimited, if this user no longer did.</summary>
    public async Task<bool> IsLastAdminAsync(User user) => user is { Role: Role.Admin, Disabled: false, Scopes: "" } && await store.Database.ReadAsync(c =>
        c.ExecuteScalarAsync<long>("SELECT count(*) FROM users WHERE role = 'Admin' AND disabled = 0 AND scopes = '' AND id <> @Id", new { user.Id })) == 0;

    public override Task<bool> IsLockedOutAsync(User user) => Task.FromResult(user.LockedUntil > time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Counts in one statement, so that guesses side by side all count.</summary>
    public override async Task<IdentityResult> AccessFailedAsync(User user)
    {
        var until = (time.GetUtcNow() + Lockout).ToUnixTimeMilliseconds();
        await store.Database.WriteAsync((c, t) => c.ExecuteAsync(
            """
            UPDATE users SET
                locked_until = CASE WHEN failed_attempts + 1 >= @MostFailures THEN @until ELSE locked_until END,
                failed_attempts = CASE WHEN failed_attempts + 1 >= @MostFailures THEN 0 ELSE failed_attempts + 1 END
            WHERE id = @Id
            """, new { user.Id, MostFailures, until }, t));
        return IdentityResult.Success;
    }

    public override Task<IdentityResult> ResetAccessFailedCountAsync(User user) => UnlockAsync(user, null);

    /// <summary>Notes that they are in.</summary>
    public Task<IdentityResult> SignedInAsync(User user) => UnlockAsync(user, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Takes as long as checking a password, so that the time an answer takes does not tell which users there are.</summary>
    public void CheckNobodysPassword(string password) => PasswordHasher.VerifyHashedPassword(new User(), nobodysHash.Value, password);

    private async Task<IdentityResult> UnlockAsync(User user, long? signedInAt)
    {
        await store.Database.WriteAsync((c, t) => c.ExecuteAsync(
            "UPDATE users SET failed_attempts = 0, locked_until = 0, signed_in_at = COALESCE(@signedInAt, signed_in_at) WHERE id = @Id", new { user.Id, signedInAt }, t));
        return IdentityResult.Success;
    }

    private static IOptions<IdentityOptions> Rules()
    {
        var options = new IdentityOptions();
        options.Password = new PasswordOptions
        {
            RequiredLength = ShortestPassword,
            RequireDigit = false,
            RequireLowercase = false,
            RequireUppercase = false,
            RequireNonAlphanumeric = false,
        };
        return Microsoft.Extensions.Options.Options.Create(options);
    }

    private static PasswordHasher<User> Hasher(int iterations) =>
        new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
}
