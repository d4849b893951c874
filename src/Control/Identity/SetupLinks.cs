using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

/// <summary>The secrets of one-time links with which the first administrator is made.</summary>
public sealed class SetupLinks
{
    /// <summary>How long a link is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ComponentDatabase database;
    private readonly TimeProvider time;

    internal SetupLinks(ComponentDatabase database, TimeProvider time)
    {
        this.database = database;
        this.time = time;
    }

    internal async Task<string> CreateAsync()
    {
        var secret = SecretText.Random();
        var now = time.GetUtcNow();
        var row = new { hash = SecretText.Hash(secret), now = now.ToUnixTimeMilliseconds(), expires = (now + Lifetime).ToUnixTimeMilliseconds() };
        await database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync("DELETE FROM setup_links WHERE expires_at < @now", row, t);
            return await c.ExecuteAsync("INSERT INTO setup_links (hash, expires_at) VALUES (@hash, @expires)", row, t);
        });
        return secret;
    }

    /// <summary>Uses a link up.</summary>
    /// <returns>Whether it was good, and there is still nobody: the first user ends all links.</returns>
    internal async Task<bool> UseAsync(string secret)
    {
        if (secret.Length > SecretText.MaxLength) return false;
        return await database.WriteAsync((c, t) => c.ExecuteAsync(
            "DELETE FROM setup_links WHERE hash = @hash AND expires_at > @now AND NOT EXISTS (SELECT 1 FROM users)",
            new { hash = SecretText.Hash(secret), now = time.GetUtcNow().ToUnixTimeMilliseconds() }, t)) == 1;
    }
}
