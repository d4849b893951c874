namespace Sluice.Gateway.Listeners;

/// <summary>Certificates for names that the configuration has none for. Asked in handshakes: it answers with what it has and gets the rest later.</summary>
internal abstract class CertificateIssuer
{
    /// <summary>The certificate for <paramref name="serverName"/>; null when there is none (yet).</summary>
    public abstract HandshakeOptions? Find(string serverName);

    /// <summary>The certificate that proves to an authority that the name is ours (TLS-ALPN-01, RFC 8737); null when nothing is to be proved.</summary>
    public abstract ValueTask<HandshakeOptions?> FindChallengeAsync(string serverName);
}
