using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A server that takes mail (RFC 6409).</summary>
public sealed record SmtpConnection : ServerFields
{
    /// <summary>The server's name or address.</summary>
    [Required, Length(1, 255)]
    public string Host { get; init; } = "";

    /// <summary>Its port: 587 for submission, 465 where TLS begins at once.</summary>
    [Between(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>The user; empty for none.</summary>
    [AllowEmpty, Length(0, 1000)]
    public string User { get; init; } = "";

    /// <summary>The user's password.</summary>
    [Secret, AllowEmpty, Length(0, 4096)]
    public string Password { get; init; } = "";

    /// <summary>TLS from the beginning, after STARTTLS (RFC 3207), after STARTTLS if the server offers it, or none. A password is only sent inside TLS, unless it is none.</summary>
    [OneOf("tls", "starttls", "optional", "none")]
    public string Encryption { get; init; } = "starttls";

    /// <summary>How this side calls itself when it greets the server.</summary>
    [Length(1, 255), Pattern("^[A-Za-z0-9.:\\[\\]-]+$", "a host name or address")]
    public string ClientName { get; init; } = "localhost";
}
