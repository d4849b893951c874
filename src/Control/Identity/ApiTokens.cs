using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

/// <summary>A token for programs, without its secret. Times are milliseconds since 1970.</summary>
public sealed class ApiToken
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The first characters of the secret, to tell tokens apart.</summary>
    public string Hint { get; init; } = "";

    public Role Role { get; init; }

    /// <summary>Separated by spaces; see <see cref="Caller.Scopes"/>.</summary>
    public string Scopes { get; init; } = "";

    public string CreatedBy { get; init; } = "";

    public long CreatedAt { get; init; }

    /// <summary>Null for never.</summary>
    public long? ExpiresAt { get; init; }

    public long? UsedAt { get; init; }
}

/// <summary>Tokens for programs: <c>slc_</c> and 256 random bits, shown once and stored as SHA-256.</summary>
public sealed class ApiTokens
{
    public const string Prefix = "slc_";

    private const string Columns =
        "id AS Id, name AS Name, hint AS Hint, role AS Role, scopes AS Scopes, created_by AS CreatedBy, created_at AS CreatedAt, expires_at AS ExpiresAt, used_at AS UsedAt";

    /// <summary>How exactly it is noted when a token was last used.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromMinutes(1);

    private readonly ComponentDatabase database;
    private readonly TimeProvider time;

    internal ApiTokens(ComponentDatabase database, TimeProvider time)
    {
        this.database = database;
        this.time = time;
    }

    /// <returns>The token and its secret, which cannot be had again.</returns>
    /// <exception cref="DuplicateKeyException">The name is taken.</exception>
    public async Task<(ApiToken Token, string Secret)> CreateAsync(string name, Role role, IEnumerable<string> scopes, TimeSpan? lifetime, string createdBy)
    {
        var secret = SecretText.Random(Prefix);
        var now = time.GetUtcNow();
        var token = new ApiToken
        {
            Id = Guid.NewGuid().ToString(),
            Name = name,
            Hint = secret[..8],
            Role = role,
            Scopes = Words.Join(scopes),
            CreatedBy = createdBy,
            CreatedAt = now.ToUnixTimeMilliseconds(),
            ExpiresAt = lifetime is { } limit ? (now + limit).ToUnixTimeMilliseconds() : null,
        };
        await database.WriteAsync((c, t) => c.ExecuteAsync(
            """
            INSERT INTO api_tokens (id, hash, name, hint, role, scopes, created_by, created_at, expires_at)
            VALUES (@Id, @Hash, @Name, @Hint, @Role, @Scopes, @CreatedBy, @CreatedAt, @ExpiresAt)
            """,
            new { token.Id, Hash = SecretText.Hash(secret), token.Name, token.Hint, Role = role.ToString(), token.Scopes, token.CreatedBy, token.CreatedAt, token.ExpiresAt }, t));
        return (token, secret);
    }

    public Task<IReadOnlyList<ApiToken>> ListAsync(int offset = 0, int most = int.MaxValue) => database.ReadAsync<IReadOnlyList<ApiToken>>(async c =>
        [.. await c.QueryAsync<ApiToken>($"SELECT {Columns} FROM api_tokens ORDER BY name LIMIT @most OFFSET @offset", new { most, offset })]);

    public Task<long> CountAsync() => database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT count(*) FROM api_tokens"));

    /// <summary>By id or name.</summary>
    public Task<ApiToken?> FindAsync(string idOrName) =>
        database.ReadAsync(c => c.QueryFirstOrDefaultAsync<ApiToken>($"SELECT {Columns} FROM api_tokens WHERE id = @idOrName OR name = @idOrName", new { idOrName }));

    /// <returns>Whether there was such a token.</returns>
    public async Task<bool> RevokeAsync(string idOrName) =>
        await database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM api_tokens WHERE id = @idOrName OR name = @idOrName", new { idOrName }, t)) > 0;

    /// <summary>Who sends this secret; null when it is nobody's, or no longer.</summary>
    internal async Task<Caller?> IdentifyAsync(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Length > SecretText.MaxLength) return null;
        var hash = SecretText.Hash(secret);
        var token = await database.ReadAsync(c => c.QuerySingleOrDefaultAsync<ApiToken>($"SELECT {Columns} FROM api_tokens WHERE hash = @hash", new { hash }));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (token is null || now >= token.ExpiresAt) return null;
        if (token.UsedAt is null || now - token.UsedAt > Notice.TotalMilliseconds)
            await database.WriteAsync((c, t) => c.ExecuteAsync("UPDATE api_tokens SET used_at = @now WHERE hash = @hash", new { now, hash }, t));
        return new Caller(CallerKind.Token, token.Name, token.Role, Words.Split(token.Scopes), token.Id);
    }
}
