using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>What ldap-auth answers.</summary>
internal static class LdapAuthErrors
{
    public static readonly GatewayError Unauthorized = new(401, "PASSWORD_INVALID", "Unauthorized", Fault.Client);

    /// <summary>The directory cannot be asked. The log says why.</summary>
    public static readonly GatewayError DirectoryUnavailable = new(500, "DIRECTORY_UNAVAILABLE", "An unexpected error occurred", Fault.Gateway);
}
