namespace Sluice.Gateway.Plugins.Acme;

/// <summary>The authority refuses, or answers what it should not. The message is for people.</summary>
internal sealed class AcmeException(string message, string? type = null) : Exception(message)
{
    /// <summary>The type of the problem document: <c>urn:ietf:params:acme:error:badNonce</c>; null when there was none.</summary>
    public string? Type { get; } = type;
}
