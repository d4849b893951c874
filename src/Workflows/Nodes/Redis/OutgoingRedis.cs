using System.Collections.Concurrent;
using System.Net;
using Sluice.Foundation.Redis;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.Redis;

/// <summary>The Redis servers that nodes use: one connection to each for the whole engine.</summary>
public sealed class OutgoingRedis : IDisposable
{
    private const int MostServers = 256;

    private readonly ConcurrentDictionary<RedisSettings, Lazy<RedisClient>> _clients = new();

    /// <summary>Addresses that are used even where only public ones may be.</summary>
    public Func<IPAddress, bool> Allowed { get; init; } = static _ => false;

    internal async ValueTask<RedisClient> FindAsync(RedisConnection fields, bool guarded, TimeProvider time, CancellationToken cancel)
    {
        var settings = new RedisSettings
        {
            Host = guarded ? await PublicAddress.OfAsync(fields.Host, Allowed, cancel) : fields.Host,
            Port = fields.Port,
            Timeout = TimeSpan.FromSeconds(10),
            Username = fields.User.Length > 0 ? fields.User : null,
            Password = fields.Password.Length > 0 ? fields.Password : null,
            Database = fields.Database,
            Tls = fields.Ssl,
            VerifyCertificate = !fields.DisableTlsVerification,
            ServerName = fields.Host,
        };
        if (_clients.Count > MostServers && !_clients.ContainsKey(settings)) throw new NodeException("too many different Redis servers are in use") { Retryable = false };
        return _clients.GetOrAdd(settings, static (s, time) => new Lazy<RedisClient>(() => new RedisClient(s, time)), time).Value;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Value.Dispose();
    }
}
