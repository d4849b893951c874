using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A PostgreSQL database.</summary>
public sealed record PostgresConnection : ServerFields
{
    /// <summary>The server's name or address.</summary>
    [Length(1, 255)]
    public string Host { get; init; } = "localhost";

    /// <summary>Its port.</summary>
    [Between(1, 65535)]
    public int Port { get; init; } = 5432;

    /// <summary>The database.</summary>
    [Length(1, 255)]
    public string Database { get; init; } = "postgres";

    /// <summary>The user.</summary>
    [Length(1, 255)]
    public string User { get; init; } = "postgres";

    /// <summary>The user's password.</summary>
    [Secret, AllowEmpty, Length(0, 4096)]
    public string Password { get; init; } = "";

    /// <summary>Whether the connection is encrypted, and whether the server's certificate is checked.</summary>
    [OneOf("disable", "prefer", "require", "verify-full")]
    public string Ssl { get; init; } = "prefer";

    /// <summary>How many connections to it are open at a time.</summary>
    [Between(1, 1000)]
    public int MaxConnections { get; init; } = 20;
}
