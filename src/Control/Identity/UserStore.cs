using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

/// <summary>What ASP.NET Core Identity needs stored of users, in our tables.</summary>
internal sealed class UserStore(ComponentDatabase database)
    : IUserPasswordStore<User>, IUserSecurityStampStore<User>, IUserTwoFactorStore<User>, IUserAuthenticatorKeyStore<User>, IUserTwoFactorRecoveryCodeStore<User>
{
    private const string Columns =
        """
        id AS Id, name AS Name, normalized_name AS NormalizedName, password_hash AS PasswordHash, role AS Role, scopes AS Scopes, disabled AS Disabled,
        security_stamp AS SecurityStamp, concurrency_stamp AS ConcurrencyStamp, locked_until AS LockedUntil, second_factor AS SecondFactor, totp_key AS TotpKey,
        recovery_codes AS RecoveryCodes, created_at AS CreatedAt, signed_in_at AS SignedInAt
        """;

    public ComponentDatabase Database => database;

    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        database.ReadAsync(async c => Row.User(await c.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM users WHERE id = @userId", new { userId })), cancellationToken);

    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => database.ReadAsync(
        async c => Row.User(await c.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM users WHERE normalized_name = @normalizedUserName", new { normalizedUserName })),
        cancellationToken);

    public Task<IReadOnlyList<User>> ListAsync(int offset, int most) => database.ReadAsync<IReadOnlyList<User>>(async c =>
        [.. (await c.QueryAsync<Row>($"SELECT {Columns} FROM users ORDER BY normalized_name LIMIT @most OFFSET @offset", new { most, offset })).Select(r => Row.User(r)!)]);

    public Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken) => SaveAsync(
        """
        INSERT INTO users (id, name, normalized_name, password_hash, role, scopes, disabled, security_stamp, concurrency_stamp, failed_attempts, locked_until,
            second_factor, totp_key, totp_step, recovery_codes, created_at)
        VALUES (@Id, @Name, @NormalizedName, @PasswordHash, @Role, @Scopes, @Disabled, @SecurityStamp, @NewStamp, 0, 0, @SecondFactor, @TotpKey, 0, @RecoveryCodes, @CreatedAt)
        """, user, cancellationToken);

    public Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken) => SaveAsync(
        """
        UPDATE users SET name = @Name, normalized_name = @NormalizedName, password_hash = @PasswordHash, role = @Role, scopes = @Scopes, disabled = @Disabled,
            security_stamp = @SecurityStamp, concurrency_stamp = @NewStamp, second_factor = @SecondFactor, totp_key = @TotpKey, recovery_codes = @RecoveryCodes
        WHERE id = @Id AND concurrency_stamp = @ConcurrencyStamp
        """, user, cancellationToken);

    public async Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken)
    {
        await database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM users WHERE id = @Id", new { user.Id }, t), cancellationToken);
        return IdentityResult.Success;
    }

    private async Task<IdentityResult> SaveAsync(string sql, User user, CancellationToken cancel)
    {
        var stamp = Guid.NewGuid().ToString();
        var values = new
        {
            user.Id,
            user.Name,
            user.NormalizedName,
            user.PasswordHash,
            Role = user.Role.ToString(),
            user.Scopes,
            Disabled = user.Disabled ? 1L : 0L,
            user.SecurityStamp,
            user.ConcurrencyStamp,
            NewStamp = stamp,
            SecondFactor = user.SecondFactor ? 1L : 0L,
            user.TotpKey,
            user.RecoveryCodes,
            user.CreatedAt,
        };
        try
        {
            var saved = await database.WriteAsync((c, t) => c.ExecuteAsync(sql, values, t), cancel);
            if (saved == 0) return IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());
            user.ConcurrencyStamp = stamp;
            return IdentityResult.Success;
        }
        catch (DuplicateKeyException)
        {
            return IdentityResult.Failed(new IdentityErrorDescriber().DuplicateUserName(user.Name));
        }
    }

    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Name);

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) => Set(() => user.Name = userName ?? "");

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.NormalizedName);

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) => Set(() => user.NormalizedName = normalizedName ?? "");

    public Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken) => Set(() => user.PasswordHash = passwordHash ?? "");

    public Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is "" ? null : user.PasswordHash);

    public Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not "");

    public Task SetSecurityStampAsync(User user, string stamp, CancellationToken cancellationToken) => Set(() => user.SecurityStamp = stamp);

    public Task<string?> GetSecurityStampAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SecurityStamp);

    public Task SetTwoFactorEnabledAsync(User user, bool enabled, CancellationToken cancellationToken) => Set(() => user.SecondFactor = enabled);

    public Task<bool> GetTwoFactorEnabledAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.SecondFactor);

    public Task SetAuthenticatorKeyAsync(User user, string key, CancellationToken cancellationToken) => Set(() => user.TotpKey = key);

    public Task<string?> GetAuthenticatorKeyAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.TotpKey);

    public Task ReplaceCodesAsync(User user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        Set(() => user.RecoveryCodes = Words.Join(recoveryCodes.Select(code => HashOf(user, code))));

    public Task<bool> RedeemCodeAsync(User user, string code, CancellationToken cancellationToken)
    {
        var codes = Words.Split(user.RecoveryCodes);
        var hash = HashOf(user, code);
        if (!codes.Contains(hash, StringComparer.Ordinal)) return Task.FromResult(false);
        user.RecoveryCodes = Words.Join(codes.Where(c => c != hash));
        return Task.FromResult(true);
    }

    public Task<int> CountCodesAsync(User user, CancellationToken cancellationToken) => Task.FromResult(Words.Split(user.RecoveryCodes).Length);

    public void Dispose()
    {
        // The database belongs to somebody else.
    }

    private static string HashOf(User user, string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Id} {code.Trim().ToUpperInvariant()}")));

    private static Task Set(Action set)
    {
        set();
        return Task.CompletedTask;
    }

    /// <summary>A row of users as both engines give it.</summary>
    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Name { get; init; } = "";

        public string NormalizedName { get; init; } = "";

        public string PasswordHash { get; init; } = "";

        public string Role { get; init; } = "";

        public string Scopes { get; init; } = "";

        public long Disabled { get; init; }

        public string SecurityStamp { get; init; } = "";

        public string ConcurrencyStamp { get; init; } = "";

        public long LockedUntil { get; init; }

        public long SecondFactor { get; init; }

        public string? TotpKey { get; init; }

        public string RecoveryCodes { get; init; } = "";

        public long CreatedAt { get; init; }

        public long? SignedInAt { get; init; }

        public static User? User(Row? row) => row is null ? null : new User
        {
            Id = row.Id,
            Name = row.Name,
            NormalizedName = row.NormalizedName,
            PasswordHash = row.PasswordHash,
            Role = Enum.Parse<Role>(row.Role),
            Scopes = row.Scopes,
            Disabled = row.Disabled != 0,
            SecurityStamp = row.SecurityStamp,
            ConcurrencyStamp = row.ConcurrencyStamp,
            LockedUntil = row.LockedUntil,
            SecondFactor = row.SecondFactor != 0,
            TotpKey = row.TotpKey,
            RecoveryCodes = row.RecoveryCodes,
            CreatedAt = row.CreatedAt,
            SignedInAt = row.SignedInAt,
        };
    }
}
