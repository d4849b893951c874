using Sluice.Foundation.Redis;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Redis;

/// <summary>A Redis server, as Kong's plugins name it.</summary>
internal record RedisConfig
{
    public string? Host { get; init; }

    [Between(0, 65535)]
    public int Port { get; init; } = 6379;

    /// <summary>Milliseconds for connecting and for each answer; after that the server counts as away.</summary>
    [Between(0, int.MaxValue - 1)]
    public int Timeout { get; init; } = 2000;

    /// <summary>A user of Redis 6 and later; the default user when absent.</summary>
    public string? Username { get; init; }

    [Secret]
    public string? Password { get; init; }

    public int Database { get; init; }

    /// <summary>Whether the server is spoken to over TLS.</summary>
    public bool Ssl { get; init; }

    /// <summary>Whether its certificate is verified.</summary>
    public bool SslVerify { get; init; }

    /// <summary>The name in the server's certificate; the host when absent.</summary>
    public string? ServerName { get; init; }

    internal virtual RedisSettings ToSettings() => new()
    {
        Host = Host!,
        Port = Port,
        Timeout = TimeSpan.FromMilliseconds(Math.Max(1, Timeout)),
        Username = Username,
        Password = Password,
        Database = Database,
        Tls = Ssl,
        VerifyCertificate = SslVerify,
        ServerName = ServerName,
    };
}
