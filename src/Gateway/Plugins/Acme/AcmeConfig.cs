using Sluice.Foundation.Schema;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>Certificates from an authority that issues them by ACME (RFC 8555), such as Let's Encrypt.</summary>
internal sealed record AcmeConfig : IChecked
{
    /// <summary>The address that the authority may write to.</summary>
    [Required, Pattern(@"[^@\s]*@[^@\s]+", "an e-mail address")]
    public string AccountEmail { get; init; } = "";

    /// <summary>The directory of the authority.</summary>
    [Pattern("https?://.+", "a URL")]
    public string ApiUri { get; init; } = "https://acme-v02.api.letsencrypt.org/directory";

    /// <summary>Whether the authority's terms of service are agreed to.</summary>
    public bool TosAccepted { get; init; }

    /// <summary>The key id of an account that the authority knows already (external account binding).</summary>
    public string? EabKid { get; init; }

    /// <summary>The key of that account, base64url.</summary>
    [Secret]
    public string? EabHmacKey { get; init; }

    /// <summary>The kind of the certificates' keys.</summary>
    [OneOf("rsa", "ecc")]
    public string CertType { get; init; } = "rsa";

    /// <summary>Bits, with <c>cert_type: rsa</c>.</summary>
    [OneOfNumbers(2048, 3072, 4096)]
    public int RsaKeySize { get; init; } = 4096;

    /// <summary>Days before its end at which a certificate is renewed.</summary>
    public double RenewThresholdDays { get; init; } = 14;

    /// <summary>The names that certificates are asked for: <c>api.example.com</c>, or <c>*.example.com</c> for whatever is below.</summary>
    public IReadOnlyList<string>? Domains { get; init; }

    /// <summary>Whether certificates are asked for whatever name clients ask for. Anybody can then use up what the authority allows.</summary>
    public bool AllowAnyDomain { get; init; }

    /// <summary>Minutes after a failure for which a name is not tried again.</summary>
    public double FailBackoffMinutes { get; init; } = 5;

    /// <summary>Sluice: how names are proved, on port 80 (<c>http-01</c>) or 443 (<c>tls-alpn-01</c>).</summary>
    [OneOf("http-01", "tls-alpn-01")]
    public string Challenge { get; init; } = "http-01";

    /// <summary>
    /// Where accounts and certificates are kept: <c>shm</c> in memory, <c>kong</c> in the database of the configuration (in memory where there is none),
    /// <c>redis</c> in Redis, <c>file</c> (Sluice) in a folder.
    /// </summary>
    [OneOf("kong", "shm", "redis", "consul", "vault", "file")]
    public string Storage { get; init; } = "shm";

    public AcmeStorageConfig StorageConfig { get; init; } = new();

    [NoEffect("the authority's default chain is taken")]
    public string? PreferredChain { get; init; }

    [NoEffect("names only")]
    public bool EnableIpv4CommonName { get; init; } = true;

    public void Check(Action<string, string> report)
    {
        if (Storage is "consul" or "vault") report("storage", $"{Storage} is not built; shm, kong, redis and file are");
        if (Storage is "redis" && StorageConfig.Redis?.Host is null) report("storage_config.redis.host", "required field missing: storage is redis");
        if (Storage is "file" && StorageConfig.File?.Path is null) report("storage_config.file.path", "required field missing: storage is file");
        if (EabKid is null != EabHmacKey is null) report("eab_kid", "all or none of these fields must be set: 'eab_kid', 'eab_hmac_key'");
        if (ApiUri.Contains("letsencrypt.org", StringComparison.OrdinalIgnoreCase) && !TosAccepted)
            report("tos_accepted", "terms of service must be accepted, see https://letsencrypt.org/repository/");
    }
}

/// <summary>The settings of each kind of storage.</summary>
internal sealed record AcmeStorageConfig
{
    public AcmeShmConfig? Shm { get; init; }

    public RedisConfig? Redis { get; init; }

    /// <summary>Sluice: of <c>storage: file</c>.</summary>
    public AcmeFileConfig? File { get; init; }
}

internal sealed record AcmeShmConfig
{
    [NoEffect("there is one memory")]
    public string ShmName { get; init; } = "kong";
}

internal sealed record AcmeFileConfig
{
    /// <summary>A folder that only the gateway may read; made when it is not there. Nodes that share it share what is in it.</summary>
    public string? Path { get; init; }
}
