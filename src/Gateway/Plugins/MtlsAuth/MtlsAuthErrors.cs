using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.MtlsAuth;

/// <summary>What mtls-auth answers.</summary>
internal static class MtlsAuthErrors
{
    public static readonly GatewayError NoCertificate = new(401, "CERTIFICATE_MISSING", "No required TLS certificate was sent", Fault.Client);

    public static readonly GatewayError NotTrusted = new(401, "CERTIFICATE_INVALID", "TLS certificate failed verification", Fault.Client);

    public static readonly GatewayError NoConsumer = new(401, "CERTIFICATE_CONSUMER_UNKNOWN", "Unauthorized", Fault.Client);
}
