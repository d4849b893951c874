using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>What hmac-auth answers.</summary>
internal static class HmacAuthErrors
{
    public static readonly GatewayError Missing = new(401, "SIGNATURE_MISSING", "Unauthorized", Fault.Client);

    public static readonly GatewayError BadDate = new(401, "SIGNATURE_DATE_INVALID",
        "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication", Fault.Client);

    /// <summary>Not readable, nobody's, by an algorithm that is not allowed, or not over what it must be.</summary>
    public static readonly GatewayError NotVerifiable = new(401, "SIGNATURE_NOT_VERIFIABLE", "HMAC signature cannot be verified", Fault.Client);

    public static readonly GatewayError NotMatching = new(401, "SIGNATURE_INVALID", "HMAC signature does not match", Fault.Client);
}
