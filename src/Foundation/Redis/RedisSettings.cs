namespace Sluice.Foundation.Redis;

/// <summary>Where a Redis server is and how to log in to it. Two equal ones share a connection.</summary>
public sealed record RedisSettings
{
    public required string Host { get; init; }

    public int Port { get; init; } = 6379;

    /// <summary>For connecting with logging in, and for each answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A user of Redis 6 and later; null for the default user.</summary>
    public string? Username { get; init; }

    /// <summary>Null to send no password.</summary>
    public string? Password { get; init; }

    public int Database { get; init; }

    public bool Tls { get; init; }

    /// <summary>Whether the server's certificate is verified.</summary>
    public bool VerifyCertificate { get; init; }

    /// <summary>The name in the certificate; null for the host.</summary>
    public string? ServerName { get; init; }

    /// <summary>The server without secrets: <c>redis.internal:6379/0</c>.</summary>
    public override string ToString() => $"{Host}:{Port}/{Database}";
}
