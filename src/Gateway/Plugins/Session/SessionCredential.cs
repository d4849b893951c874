using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>Stands for the credential that the caller showed when the session began; only its id is known.</summary>
internal sealed record SessionCredential : CredentialConfig;
