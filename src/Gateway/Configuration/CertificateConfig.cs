using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>A certificate with its key, shown to clients by its SNIs or to upstreams as a client certificate.</summary>
public sealed record CertificateConfig : Entity, IChecked
{
    /// <summary>PEM: the certificate and the chain after it.</summary>
    [Required, CertificatePem]
    public string Cert { get; init; } = "";

    /// <summary>PEM.</summary>
    [Required, Secret, PrivateKeyPem]
    public string Key { get; init; } = "";

    /// <summary>PEM: a second certificate of another key type.</summary>
    [CertificatePem]
    public string? CertAlt { get; init; }

    /// <summary>PEM.</summary>
    [Secret, PrivateKeyPem]
    public string? KeyAlt { get; init; }

    public void Check(Action<string, string> report)
    {
        if (!KeyPair.Matches(Cert, Key))
            report("", "certificate does not match key");
        if (CertAlt is null != KeyAlt is null)
            report("", "all or none of these fields must be set: 'cert_alt', 'key_alt'");
        else if (CertAlt is not null && !KeyPair.Matches(CertAlt, KeyAlt!))
            report("cert_alt", "alternative certificate does not match key");
    }
}

/// <summary>A server name that a certificate is shown for; <c>*</c> as the first or last label stands for one label.</summary>
public sealed record SniConfig : Entity
{
    [Required, ServerName]
    public string Name { get; init; } = "";

    [Required]
    public Reference? Certificate { get; init; }
}

/// <summary>A CA certificate that upstreams or clients may be verified with.</summary>
public sealed record CaCertificateConfig : Entity
{
    /// <summary>PEM: exactly one.</summary>
    [Required, CertificatePem]
    public string Cert { get; init; } = "";

    /// <summary>SHA-256 of the DER form, hex; worked out when absent.</summary>
    public string? CertDigest { get; init; }
}

/// <summary>Where secrets come from: <c>{vault://PREFIX/...}</c> refers to it.</summary>
public sealed record VaultConfig : Entity
{
    /// <summary>The kind: <c>env</c> (variables), <c>file</c> (files of the folder of secrets) or <c>hcv</c> (HashiCorp Vault).</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>What references name it by.</summary>
    [Required, VaultPrefix]
    public string Prefix { get; init; } = "";

    public string? Description { get; init; }
}
