using Amazon.S3;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>n8n's names of things, as S3 has them.</summary>
internal static class S3Names
{
    /// <summary><c>publicRead</c> is <c>public-read</c>.</summary>
    public static S3CannedACL? Acl(string? name) => name is null ? null : new S3CannedACL(name switch
    {
        "authenticatedRead" => "authenticated-read",
        "awsExecRead" => "aws-exec-read",
        "bucketOwnerFullControl" => "bucket-owner-full-control",
        "bucketOwnerRead" => "bucket-owner-read",
        "publicRead" => "public-read",
        "publicReadWrite" => "public-read-write",
        _ => "private",
    });

    public static S3StorageClass? StorageClass(string? name) => name is null ? null : new S3StorageClass(name switch
    {
        "deepArchive" => "DEEP_ARCHIVE",
        "glacier" => "GLACIER",
        "intelligentTiering" => "INTELLIGENT_TIERING",
        "onezoneIA" => "ONEZONE_IA",
        "standardIA" => "STANDARD_IA",
        "reducedRedundancy" or "RecudedRedundancy" => "REDUCED_REDUNDANCY",
        _ => "STANDARD",
    });

    /// <summary>A key in a folder that is given with or without a slash at its end, or not at all.</summary>
    public static string Below(string folder, string name) => folder.Trim('/') is { Length: > 0 } above ? $"{above}/{name}" : name;

    /// <summary>Null for what says nothing.</summary>
    public static string? Some(string text) => text.Length > 0 ? text : null;
}
