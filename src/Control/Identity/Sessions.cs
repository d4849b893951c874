using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

/// <summary>The sessions of browsers: a random secret in a cookie, its hash here, where it can be ended at any time.</summary>
internal sealed class Sessions(ComponentDatabase database, Users users, TimeProvider time)
{
    /// <summary>Without a request for so long it is over.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    /// <summary>It is over then whatever happens.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>How exactly it is noted when a session was last used.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromMinutes(1);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<(string Secret, DateTimeOffset Expires)> OpenAsync(User user)
    {
        var secret = SecretText.Random();
        var expires = time.GetUtcNow() + Lifetime;
        var row = new { hash = SecretText.Hash(secret), user.Id, user.SecurityStamp, now = Now, expires = expires.ToUnixTimeMilliseconds() };
        await database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync("DELETE FROM sessions WHERE expires_at < @now", row, t);
            return await c.ExecuteAsync(
                "INSERT INTO sessions (hash, user_id, security_stamp, created_at, seen_at, expires_at) VALUES (@hash, @Id, @SecurityStamp, @now, @now, @expires)", row, t);
        });
        return (secret, expires);
    }

    /// <summary>Whose session it is; null when it is over or never was.</summary>
    public async Task<User?> FindAsync(string secret)
    {
        if (secret.Length > SecretText.MaxLength) return null;
        var hash = SecretText.Hash(secret);
        var session = await database.ReadAsync(c => c.QuerySingleOrDefaultAsync<Row>(
            "SELECT user_id AS UserId, security_stamp AS SecurityStamp, seen_at AS SeenAt, expires_at AS ExpiresAt FROM sessions WHERE hash = @hash", new { hash }));
        var now = Now;
        if (session is null || now >= session.ExpiresAt || now - session.SeenAt > Idle.TotalMilliseconds) return null;
        var user = await users.FindByIdAsync(session.UserId);
        if (user is null or { Disabled: true } || user.SecurityStamp != session.SecurityStamp) return null;
        if (now - session.SeenAt > Notice.TotalMilliseconds)
            await database.WriteAsync((c, t) => c.ExecuteAsync("UPDATE sessions SET seen_at = @now WHERE hash = @hash", new { now, hash }, t));
        return user;
    }

    public Task CloseAsync(string secret) =>
        database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM sessions WHERE hash = @hash", new { hash = SecretText.Hash(secret) }, t));

    public Task CloseAllAsync(User user) => database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM sessions WHERE user_id = @Id", new { user.Id }, t));

    /// <summary>Lets the session of whoever has just changed their own password or second factor go on; the others are over.</summary>
    public Task KeepAsync(string secret, User user) => database.WriteAsync((c, t) => c.ExecuteAsync(
        "UPDATE sessions SET security_stamp = @SecurityStamp WHERE hash = @hash AND user_id = @Id", new { user.SecurityStamp, hash = SecretText.Hash(secret), user.Id }, t));

    private sealed class Row
    {
        public string UserId { get; init; } = "";

        public string SecurityStamp { get; init; } = "";

        public long SeenAt { get; init; }

        public long ExpiresAt { get; init; }
    }
}
