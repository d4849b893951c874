using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>What is done with which object of which bucket.</summary>
[CamelCase]
internal sealed record S3Parameters
{
    /// <summary>What it is about.</summary>
    [OneOf("bucket", "file", "folder")]
    public string Resource { get; init; } = "file";

    /// <summary>
    /// What is done with it. Buckets: <c>create</c>, <c>delete</c>, <c>getAll</c>, <c>search</c>; files: <c>copy</c>, <c>delete</c>, <c>download</c>, <c>getAll</c>,
    /// <c>upload</c>; folders: <c>create</c>, <c>delete</c>, <c>getAll</c>. When absent, a file is downloaded, and a bucket or folder made.
    /// </summary>
    [OneOf("create", "delete", "getAll", "search", "copy", "download", "upload")]
    public string? Operation { get; init; }

    /// <summary>The bucket that is made or deleted.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>The bucket.</summary>
    public Parameter<string> BucketName { get; init; } = "";

    /// <summary>The key of the file.</summary>
    public Parameter<string> FileKey { get; init; } = "";

    /// <summary>The name under which a file is stored; that of the item's file when empty.</summary>
    public Parameter<string> FileName { get; init; } = "";

    /// <summary>Whether what is stored is a file of the item; otherwise it is <c>fileContent</c>.</summary>
    public bool BinaryData { get; init; } = true;

    /// <summary>The text that is stored.</summary>
    public Parameter<string> FileContent { get; init; } = "";

    /// <summary>The item's file that is stored, or that is made of what is downloaded.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>Tags of the file that is stored.</summary>
    public S3Tags TagsUi { get; init; } = new();

    /// <summary>What is copied: <c>/bucket/key</c>.</summary>
    public Parameter<string> SourcePath { get; init; } = "";

    /// <summary>Where it is copied to: <c>/bucket/key</c>.</summary>
    public Parameter<string> DestinationPath { get; init; } = "";

    /// <summary>The folder that is made.</summary>
    public Parameter<string> FolderName { get; init; } = "";

    /// <summary>The key of the folder that is deleted with everything in it.</summary>
    public Parameter<string> FolderKey { get; init; } = "";

    /// <summary>Whether all there is is listed, at most 100,000; otherwise <c>limit</c>.</summary>
    public bool ReturnAll { get; init; }

    /// <summary>How many are listed.</summary>
    [Between(1, 100_000)]
    public Parameter<double> Limit { get; init; } = 100;

    /// <summary>More about what is stored, copied, made and searched.</summary>
    public S3Fields AdditionalFields { get; init; } = new();

    /// <summary>More about what is listed and deleted.</summary>
    public S3Options Options { get; init; } = new();

    /// <summary>Milliseconds that the store may take.</summary>
    [Between(1, 3_600_000)]
    public Parameter<double> Timeout { get; init; } = 300_000;
}

/// <summary>Tags.</summary>
[CamelCase]
internal sealed record S3Tags
{
    /// <summary>The tags.</summary>
    public IReadOnlyList<S3Tag> TagsValues { get; init; } = [];
}

/// <summary>A tag.</summary>
[CamelCase]
internal sealed record S3Tag
{
    /// <summary>Its name.</summary>
    public Parameter<string> Key { get; init; } = "";

    /// <summary>Its value.</summary>
    public Parameter<string> Value { get; init; } = "";
}

/// <summary>More about what is listed and deleted.</summary>
[CamelCase]
internal sealed record S3Options
{
    /// <summary>The version that is deleted.</summary>
    public Parameter<string> VersionId { get; init; } = "";

    /// <summary>The folder that is listed: <c>reports/2026/</c>.</summary>
    public Parameter<string> FolderKey { get; init; } = "";

    /// <summary>Whether owners are listed, too.</summary>
    public bool FetchOwner { get; init; }
}

/// <summary>More about what is stored, copied, made and searched.</summary>
[CamelCase]
internal sealed record S3Fields
{
    private const string NoGrantee = "n8n sends no grantee with it, and stores refuse that; acl does what is meant";

    /// <summary>Who may do what (a canned ACL).</summary>
    [OneOf("authenticatedRead", "awsExecRead", "bucketOwnerFullControl", "bucketOwnerRead", "private", "Private", "publicRead", "publicReadWrite")]
    public string? Acl { get; init; }

    /// <summary>Whether objects of the new bucket can be locked.</summary>
    public bool BucketObjectLockEnabled { get; init; }

    /// <summary>Kept for documents of n8n.</summary>
    [NoEffect(NoGrantee)]
    public bool GrantFullControl { get; init; }

    /// <summary>Kept for documents of n8n.</summary>
    [NoEffect(NoGrantee)]
    public bool GrantRead { get; init; }

    /// <summary>Kept for documents of n8n.</summary>
    [NoEffect(NoGrantee)]
    public bool GrantReadAcp { get; init; }

    /// <summary>Kept for documents of n8n.</summary>
    [NoEffect(NoGrantee)]
    public bool GrantWrite { get; init; }

    /// <summary>Kept for documents of n8n.</summary>
    [NoEffect(NoGrantee)]
    public bool GrantWriteAcp { get; init; }

    /// <summary>The region of the new bucket; the connection's when empty.</summary>
    public Parameter<string> Region { get; init; } = "";

    /// <summary>The folder in which a file is stored or a folder is made.</summary>
    public Parameter<string> ParentFolderKey { get; init; } = "";

    /// <summary>Whether the caller pays for what it asks for.</summary>
    public bool RequesterPays { get; init; }

    /// <summary>How the file is kept.</summary>
    [OneOf("deepArchive", "glacier", "intelligentTiering", "onezoneIA", "standard", "standardIA", "reducedRedundancy", "RecudedRedundancy")]
    public string? StorageClass { get; init; }

    /// <summary>Whether the file is on legal hold.</summary>
    public bool LockLegalHold { get; init; }

    /// <summary>How the file is locked.</summary>
    [AllowEmpty, OneOf("", "governance", "compliance")]
    public string LockMode { get; init; } = "";

    /// <summary>Until when the file is locked.</summary>
    public Parameter<string> LockRetainUntilDate { get; init; } = "";

    /// <summary>Whether a copy has the metadata of what is copied, or none.</summary>
    [AllowEmpty, OneOf("", "copy", "replace")]
    public string MetadataDirective { get; init; } = "";

    /// <summary>Whether a copy has the tags of what is copied, or none.</summary>
    [AllowEmpty, OneOf("", "copy", "replace")]
    public string TaggingDirective { get; init; } = "";

    /// <summary>How the store encrypts the file.</summary>
    [AllowEmpty, OneOf("", "AES256", "aws:kms")]
    public string ServerSideEncryption { get; init; } = "";

    /// <summary>The key of AWS KMS for it.</summary>
    public Parameter<string> EncryptionAwsKmsKeyId { get; init; } = "";

    /// <summary>The context of AWS KMS for it.</summary>
    public Parameter<string> ServerSideEncryptionContext { get; init; } = "";

    /// <summary>With which algorithm the store encrypts with a key of the caller's: <c>AES256</c>.</summary>
    [Field("serversideEncryptionCustomerAlgorithm")]
    public Parameter<string> CustomerAlgorithm { get; init; } = "";

    /// <summary>That key, as Base64.</summary>
    [Field("serversideEncryptionCustomerKey")]
    public Parameter<string> CustomerKey { get; init; } = "";

    /// <summary>The MD5 of that key; worked out when empty.</summary>
    [Field("serversideEncryptionCustomerKeyMD5")]
    public Parameter<string> CustomerKeyMd5 { get; init; } = "";

    /// <summary>Only keys that begin like this.</summary>
    public Parameter<string> Prefix { get; init; } = "";

    /// <summary>Keys with this behind the prefix are left out: <c>/</c> leaves out what is in folders.</summary>
    [Alias("delmiter")]
    public Parameter<string> Delimiter { get; init; } = "";

    /// <summary>Kept for documents of n8n.</summary>
    [NoEffect("keys come as they are")]
    public string EncodingType { get; init; } = "";

    /// <summary>Whether owners are listed, too.</summary>
    public bool FetchOwner { get; init; }

    /// <summary>Only keys behind this one.</summary>
    public Parameter<string> StartAfter { get; init; } = "";
}
