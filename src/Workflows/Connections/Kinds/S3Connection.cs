using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>An object store that speaks S3's protocol.</summary>
public sealed record S3Connection : ServerFields
{
    /// <summary>Where it is: <c>https://minio.internal:9000</c>; Amazon's own when empty.</summary>
    [AllowEmpty, Length(0, 1000)]
    public string Endpoint { get; init; } = "";

    /// <summary>The region: <c>eu-central-1</c>.</summary>
    [Length(1, 100)]
    public string Region { get; init; } = "us-east-1";

    /// <summary>The id of the access key.</summary>
    [Required, Length(1, 200)]
    public string AccessKeyId { get; init; } = "";

    /// <summary>The access key itself.</summary>
    [Required, Secret, Length(1, 1000)]
    public string SecretAccessKey { get; init; } = "";

    /// <summary>The token of a temporary key.</summary>
    [Secret, Length(1, 16384)]
    public string? SessionToken { get; init; }

    /// <summary>Whether the bucket stands in the path, as most stores of other makes want it, and not in the host's name.</summary>
    public bool ForcePathStyle { get; init; }
}
