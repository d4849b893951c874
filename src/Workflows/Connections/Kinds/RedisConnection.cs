using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A Redis server.</summary>
public sealed record RedisConnection : ServerFields
{
    /// <summary>The server's name or address.</summary>
    [Length(1, 255)]
    public string Host { get; init; } = "localhost";

    /// <summary>Its port.</summary>
    [Between(1, 65535)]
    public int Port { get; init; } = 6379;

    /// <summary>The user, of Redis 6 and later; the default user unless given.</summary>
    [AllowEmpty, Length(0, 255)]
    public string User { get; init; } = "";

    /// <summary>The password; none when empty.</summary>
    [Secret, AllowEmpty, Length(0, 4096)]
    public string Password { get; init; } = "";

    /// <summary>The number of the database.</summary>
    [Between(0, 1_000_000)]
    public int Database { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool Ssl { get; init; }

    /// <summary>Whether any certificate of the server is taken.</summary>
    public bool DisableTlsVerification { get; init; }
}
