using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Replaying;

/// <summary>What an authentication plugin makes of a recorded request, whose secrets are fingerprints.</summary>
internal readonly record struct Recognition
{
    /// <summary>Only the secret itself could tell who calls.</summary>
    public static readonly Recognition Unclear = default;

    /// <summary>The request shows nothing that the plugin would take, or something that it does not know.</summary>
    public static readonly Recognition Refused = new() { IsRefused = true };

    /// <summary>What the caller showed is <paramref name="credential"/>.</summary>
    public static Recognition Of(IndexedCredential credential) => new() { Credential = credential };

    public bool IsRefused { get; private init; }

    public IndexedCredential? Credential { get; private init; }
}
