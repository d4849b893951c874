using Sluice.Foundation.Schema;

namespace Sluice.Foundation.Secrets;

/// <summary>How to reach a HashiCorp Vault (or OpenBao) and which of its key-value stores to read: the <c>config</c> of Kong's vault <c>hcv</c>.</summary>
public sealed record VaultServerConfig : IChecked
{
    [OneOf("http", "https")]
    public string Protocol { get; init; } = "http";

    public string Host { get; init; } = "127.0.0.1";

    [Between(1, 65535)]
    public int Port { get; init; } = 8200;

    /// <summary>Where the store is mounted.</summary>
    public string Mount { get; init; } = "secret";

    /// <summary>The version of the key-value store.</summary>
    [OneOf("v1", "v2")]
    public string Kv { get; init; } = "v1";

    /// <summary>Sent as X-Vault-Namespace.</summary>
    public string? Namespace { get; init; }

    [OneOf("token", "approle")]
    public string AuthMethod { get; init; } = "token";

    /// <summary>With <c>auth_method: token</c>.</summary>
    [Secret]
    public string? Token { get; init; }

    /// <summary>Where the AppRole method is mounted.</summary>
    public string ApproleAuthPath { get; init; } = "approle";

    public string? ApproleRoleId { get; init; }

    [Secret]
    public string? ApproleSecretId { get; init; }

    /// <summary>A file with the secret id, read at each login.</summary>
    public string? ApproleSecretIdFile { get; init; }

    /// <summary>Seconds after which a secret is asked for again; a change takes effect within it.</summary>
    [Between(1, 86400)]
    public int Ttl { get; init; } = 60;

    /// <summary>Seconds for which a failed question is not repeated.</summary>
    [Between(0, 86400)]
    public int NegTtl { get; init; } = 5;

    /// <summary>Seconds for which an old value is used while the server cannot be reached.</summary>
    [Between(0, 31536000)]
    public int ResurrectTtl { get; init; } = 86400;

    /// <summary>Milliseconds for one question.</summary>
    [Between(1, 60000)]
    public int Timeout { get; init; } = 5000;

    public void Check(Action<string, string> report)
    {
        if (AuthMethod is "token" && Token is null) report("token", "required field missing: auth_method is token");
        if (AuthMethod is "approle" && ApproleRoleId is null) report("approle_role_id", "required field missing: auth_method is approle");
        if (AuthMethod is "approle" && ApproleSecretId is null && ApproleSecretIdFile is null)
            report("approle_secret_id", "required field missing: auth_method is approle (or approle_secret_id_file)");
    }

    public override string ToString() => $"{Protocol}://{Host}:{Port}";
}
