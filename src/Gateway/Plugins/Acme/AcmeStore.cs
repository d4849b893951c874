using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sluice.Foundation.Redis;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>
/// Where accounts, certificates and pending challenges are kept, for all nodes that are to share them: texts under names, and locks. Never on an event loop.
/// </summary>
public abstract class AcmeStore
{
    /// <summary>What is kept under <paramref name="key"/>; null for nothing.</summary>
    /// <exception cref="IOException">The store is away.</exception>
    public abstract ValueTask<string?> GetAsync(string key);

    /// <summary>Keeps <paramref name="value"/>, in place of what was there.</summary>
    /// <param name="key">Any text; it may hold names that clients choose.</param>
    /// <param name="value">Holds secrets.</param>
    /// <param name="lifetime">After this it is gone; null for ever.</param>
    /// <exception cref="IOException">The store is away.</exception>
    public abstract ValueTask SetAsync(string key, string value, TimeSpan? lifetime = null);

    /// <summary>Forgets what is kept under <paramref name="key"/>, and gives a lock back.</summary>
    /// <exception cref="IOException">The store is away.</exception>
    public abstract ValueTask DeleteAsync(string key);

    /// <summary>Whether the caller is now the only one of all nodes that holds <paramref name="key"/>, until it deletes it or the time is over.</summary>
    /// <exception cref="IOException">The store is away.</exception>
    public abstract ValueTask<bool> TryLockAsync(string key, TimeSpan lifetime);
}

/// <summary>In this process only; gone with it.</summary>
internal sealed class MemoryAcmeStore(TimeProvider time) : AcmeStore
{
    private readonly ConcurrentDictionary<string, (string Value, DateTimeOffset Until)> entries = new(StringComparer.Ordinal);

    public override ValueTask<string?> GetAsync(string key) => new(entries.TryGetValue(key, out var entry) && entry.Until > time.GetUtcNow() ? entry.Value : null);

    public override ValueTask SetAsync(string key, string value, TimeSpan? lifetime = null)
    {
        entries[key] = (value, Until(lifetime));
        return default;
    }

    public override ValueTask DeleteAsync(string key)
    {
        entries.TryRemove(key, out _);
        return default;
    }

    public override ValueTask<bool> TryLockAsync(string key, TimeSpan lifetime)
    {
        var mine = (Guid.NewGuid().ToString("n"), Until(lifetime));
        return new(entries.AddOrUpdate(key, mine, (_, held) => held.Until > time.GetUtcNow() ? held : mine) == mine);
    }

    private DateTimeOffset Until(TimeSpan? lifetime) => lifetime is { } l ? time.GetUtcNow() + l : DateTimeOffset.MaxValue;
}

/// <summary>Files in a folder, readable by their owner only; nodes may share the folder. What has a lifetime is told by the time of its file.</summary>
internal sealed class FileAcmeStore : AcmeStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private readonly TimeProvider time;

    public FileAcmeStore(string folder, TimeProvider time)
    {
        this.folder = folder;
        this.time = time;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    public override async ValueTask<string?> GetAsync(string key)
    {
        try
        {
            var text = await File.ReadAllTextAsync(PathOf(key)).ConfigureAwait(false);
            var line = text.IndexOf('\n', StringComparison.Ordinal);
            return line >= 0 && long.TryParse(text.AsSpan(0, line), out var until) && until > time.GetUtcNow().ToUnixTimeSeconds() ? text[(line + 1)..] : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public override async ValueTask SetAsync(string key, string value, TimeSpan? lifetime = null)
    {
        var path = PathOf(key);
        var draft = $"{path}.{Guid.NewGuid():n}";
        await using (var file = Create(draft, FileMode.CreateNew))
            await file.WriteAsync(Encoding.UTF8.GetBytes($"{Until(lifetime)}\n{value}")).ConfigureAwait(false);
        File.Move(draft, path, overwrite: true);
    }

    public override ValueTask DeleteAsync(string key)
    {
        File.Delete(PathOf(key));
        return default;
    }

    public override async ValueTask<bool> TryLockAsync(string key, TimeSpan lifetime)
    {
        try
        {
            if (await GetAsync(key).ConfigureAwait(false) is null) File.Delete(PathOf(key));
            await using var file = Create(PathOf(key), FileMode.CreateNew);
            await file.WriteAsync(Encoding.UTF8.GetBytes($"{Until(lifetime)}\n")).ConfigureAwait(false);
            return true;
        }
        catch (IOException) when (File.Exists(PathOf(key)))
        {
            return false;
        }
    }

    private static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    private long Until(TimeSpan? lifetime) => lifetime is { } l ? (time.GetUtcNow() + l).ToUnixTimeSeconds() : long.MaxValue;

    /// <summary>Keys hold names that clients choose: only their hash becomes a name.</summary>
    private string PathOf(string key) => Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)));
}

/// <summary>In Redis, for all nodes that use the same server.</summary>
internal sealed class RedisAcmeStore(RedisClient redis) : AcmeStore
{
    public override async ValueTask<string?> GetAsync(string key) => Demand(await redis.ExecuteAsync("GET", Name(key)).ConfigureAwait(false)).Text;

    public override async ValueTask SetAsync(string key, string value, TimeSpan? lifetime = null) =>
        Demand(lifetime is { } l
            ? await redis.ExecuteAsync("SET", Name(key), value, "PX", (long)l.TotalMilliseconds).ConfigureAwait(false)
            : await redis.ExecuteAsync("SET", Name(key), value).ConfigureAwait(false));

    public override async ValueTask DeleteAsync(string key) => await redis.ExecuteAsync("DEL", Name(key)).ConfigureAwait(false);

    public override async ValueTask<bool> TryLockAsync(string key, TimeSpan lifetime) =>
        Demand(await redis.ExecuteAsync("SET", Name(key), "", "NX", "PX", (long)lifetime.TotalMilliseconds).ConfigureAwait(false)).Kind != RedisReplyKind.Null;

    private static string Name(string key) => "sluice:acme:" + key;

    private static RedisReply Demand(RedisReply reply) => reply.IsError ? throw new IOException(reply.Error) : reply;
}
