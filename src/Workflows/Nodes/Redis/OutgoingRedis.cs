using System.Net;
using Sluice.Foundation.Redis;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.Redis;

/// <summary>The Redis servers that nodes use: one connection to each for the whole engine.</summary>
public sealed class OutgoingRedis : IDisposable
{
    private const int MostServers = 256;

    private readonly OpenServers<(RedisSettings Settings, TimeProvider Time), RedisClient> _clients = new(MostServers, static s => new RedisClient(s.Settings, s.Time));

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
        return _clients.Find((settings, time));
    }

    public void Dispose() => _clients.Dispose();
}
