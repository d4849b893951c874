using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration;

/// <summary>A certificate with its key, shown to clients by its SNIs or to upstreams as a client certificate.</summary>
public sealed record CertificateConfig : Entity
{
    /// <summary>PEM: the certificate and the chain after it.</summary>
    [Required]
    public string Cert { get; init; } = "";

    /// <summary>PEM.</summary>
    [Required, Secret]
    public string Key { get; init; } = "";

    /// <summary>PEM: a second certificate of another key type.</summary>
    public string? CertAlt { get; init; }

    /// <summary>PEM.</summary>
    [Secret]
    public string? KeyAlt { get; init; }
}

/// <summary>A server name that a certificate is shown for; <c>*</c> as the first or last label stands for one label.</summary>
public sealed record SniConfig : Entity
{
    [Required]
    public string Name { get; init; } = "";

    [Required]
    public Reference? Certificate { get; init; }
}

/// <summary>A CA certificate that upstreams or clients may be verified with.</summary>
public sealed record CaCertificateConfig : Entity
{
    /// <summary>PEM: exactly one.</summary>
    [Required]
    public string Cert { get; init; } = "";

    /// <summary>SHA-256 of the DER form, hex; worked out when absent.</summary>
    public string? CertDigest { get; init; }
}

/// <summary>Where secrets come from; <c>env</c> is built in.</summary>
public sealed record VaultConfig : Entity
{
    [Required]
    public string Name { get; init; } = "";

    [Required]
    public string Prefix { get; init; } = "";

    public string? Description { get; init; }
}
