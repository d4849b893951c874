using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.RequestSizeLimiting;

/// <summary>How large a request's body may be.</summary>
internal sealed record RequestSizeLimitingConfig
{
    /// <summary>The largest body, in <see cref="SizeUnit"/>.</summary>
    public long AllowedPayloadSize { get; init; } = 128;

    /// <summary>1,048,576 bytes, 1,024 bytes or one byte.</summary>
    [OneOf("megabytes", "kilobytes", "bytes")]
    public string SizeUnit { get; init; } = "megabytes";

    /// <summary>Whether a request must tell its length (or be chunked), also one without a body.</summary>
    public bool RequireContentLength { get; init; }

    /// <summary>The largest body, in bytes.</summary>
    [Ignored]
    public long AllowedBytes => AllowedPayloadSize > long.MaxValue >> 20
        ? long.MaxValue
        : AllowedPayloadSize << (SizeUnit switch { "megabytes" => 20, "kilobytes" => 10, _ => 0 });
}
