using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>Callers show a user name and a password that an LDAP directory knows.</summary>
internal sealed record LdapAuthConfig : IChecked
{
    /// <summary>The directory's server.</summary>
    [Required, Host]
    public string LdapHost { get; init; } = "";

    [Between(0, 65535)]
    public int LdapPort { get; init; } = 389;

    /// <summary>Whether connections begin with TLS (port 636 by custom).</summary>
    public bool Ldaps { get; init; }

    /// <summary>Whether connections turn to TLS before anything else is said (RFC 4511, 4.14).</summary>
    public bool StartTls { get; init; }

    /// <summary>Whether the server's certificate is verified. Without it, whoever stands between can read passwords.</summary>
    public bool VerifyLdapHost { get; init; }

    /// <summary>Where users are: <c>ou=people,dc=example,dc=com</c>.</summary>
    [Required]
    public string BaseDn { get; init; } = "";

    /// <summary>The attribute that names users: <c>uid</c> or <c>cn</c>.</summary>
    [Required, Pattern("[A-Za-z][A-Za-z0-9-]*|[0-9]+(\\.[0-9]+)*", "the name of an attribute, such as uid")]
    public string Attribute { get; init; } = "";

    /// <summary>Seconds for which the directory's word on a name and a password is remembered.</summary>
    [Between(0, int.MaxValue)]
    public double CacheTtl { get; init; } = 60;

    /// <summary>Whether the credentials are taken out of the request before it goes upstream.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>Milliseconds for connecting and for each answer of the server.</summary>
    [Between(1, int.MaxValue)]
    public double Timeout { get; init; } = 10000;

    /// <summary>Milliseconds for which an idle connection is kept.</summary>
    [Between(0, int.MaxValue)]
    public double Keepalive { get; init; } = 60000;

    /// <summary>The consumer (id or username) that callers without good credentials are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>The word before the credentials in the <c>Authorization</c> field, in any case.</summary>
    [Pattern("[!#$%&'*+.^_`|~0-9A-Za-z-]+", "a scheme, such as ldap or basic")]
    public string HeaderType { get; init; } = "ldap";

    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string? Realm { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Ldaps && StartTls) report("", "'ldaps' and 'start_tls' cannot be enabled simultaneously");
    }
}
