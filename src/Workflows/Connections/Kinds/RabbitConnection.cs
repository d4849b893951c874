using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A RabbitMQ server.</summary>
public sealed record RabbitConnection : ServerFields
{
    /// <summary>The server's name or address.</summary>
    [Length(1, 255)]
    public string Hostname { get; init; } = "localhost";

    /// <summary>Its port; 5671 is the usual one with encryption.</summary>
    [Between(1, 65535)]
    public int Port { get; init; } = 5672;

    /// <summary>The user.</summary>
    [Length(1, 255)]
    public string Username { get; init; } = "guest";

    /// <summary>The user's password.</summary>
    [Secret, AllowEmpty, Length(0, 4096)]
    public string Password { get; init; } = "guest";

    /// <summary>The virtual host.</summary>
    [Length(1, 255)]
    public string Vhost { get; init; } = "/";

    /// <summary>Whether the connection is encrypted.</summary>
    public bool Ssl { get; init; }

    /// <summary>Whether any certificate of the server is taken.</summary>
    public bool DisableTlsVerification { get; init; }
}
