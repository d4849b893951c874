using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.MtlsAuth;

/// <summary>Callers show a TLS certificate of an authority that is trusted here.</summary>
internal sealed record MtlsAuthConfig
{
    /// <summary>The ids of the <c>ca_certificates</c> that may have issued it, and of those between them and it.</summary>
    [Required, Length(1)]
    public IReadOnlyList<Guid> CaCertificates { get; init; } = [];

    /// <summary>Whether a good certificate suffices, whoever it names.</summary>
    public bool SkipConsumerLookup { get; init; }

    /// <summary>What of the consumer the certificate's names (alternative names first, then the common name) are.</summary>
    [OneOf("id", "username", "custom_id"), Unique]
    public IReadOnlyList<string> ConsumerBy { get; init; } = ["username", "custom_id"];

    /// <summary>Which consumer (id or username) a name in certificates means, where <c>consumer_by</c> would not find it; looked at first.</summary>
    [Extension]
    public IReadOnlyDictionary<string, string>? ConsumerMapping { get; init; }

    /// <summary>The consumer (id or username) of good certificates that name none.</summary>
    public string? DefaultConsumer { get; init; }

    /// <summary>The consumer (id or username) that other callers are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether certificates that were taken back are asked for: not.</summary>
    [OneOf("SKIP")]
    public string RevocationCheckMode { get; init; } = "SKIP";
}
