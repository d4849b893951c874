using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>What is done with files.</summary>
internal static class S3Files
{
    public static async Task<JsObject> CopyAsync(S3Call call)
    {
        var fields = call.Parameters.AdditionalFields;
        var (from, to) = (Place(call, call.Parameters.SourcePath, "sourcePath"), Place(call, call.Parameters.DestinationPath, "destinationPath"));
        var answer = await call.AskAsync((s, c) => s.CopyObjectAsync(
            new CopyObjectRequest
            {
                SourceBucket = from.Bucket,
                SourceKey = from.Key,
                DestinationBucket = to.Bucket,
                DestinationKey = to.Key,
                CannedACL = S3Names.Acl(fields.Acl),
                StorageClass = S3Names.StorageClass(fields.StorageClass),
                RequestPayer = call.Payer,
                MetadataDirective = fields.MetadataDirective is "replace" ? S3MetadataDirective.REPLACE : S3MetadataDirective.COPY,
                TaggingDirective = fields.TaggingDirective is { Length: > 0 } tags ? new TaggingDirective(tags.ToUpperInvariant()) : null,
                ObjectLockMode = Lock(fields),
                ObjectLockLegalHoldStatus = fields.LockLegalHold ? ObjectLockLegalHoldStatus.On : null,
                ObjectLockRetainUntilDate = Until(call),
                ServerSideEncryptionMethod = Encryption(fields),
                ServerSideEncryptionKeyManagementServiceKeyId = S3Names.Some(call.Get(fields.EncryptionAwsKmsKeyId)),
                ServerSideEncryptionKeyManagementServiceEncryptionContext = S3Names.Some(call.Get(fields.ServerSideEncryptionContext)),
                ServerSideEncryptionCustomerMethod = CustomerMethod(call),
                ServerSideEncryptionCustomerProvidedKey = S3Names.Some(call.Get(fields.CustomerKey)),
                ServerSideEncryptionCustomerProvidedKeyMD5 = S3Names.Some(call.Get(fields.CustomerKeyMd5)),
            },
            c));
        return new JsObject { ["ETag"] = answer.ETag, ["LastModified"] = answer.LastModified };
    }

    public static async Task<JsObject> DeleteAsync(S3Call call)
    {
        await call.AskAsync((s, c) => s.DeleteObjectAsync(
            new DeleteObjectRequest
            {
                BucketName = call.Need(call.Parameters.BucketName, "bucketName"),
                Key = call.Need(call.Parameters.FileKey, "fileKey"),
                VersionId = S3Names.Some(call.Get(call.Parameters.Options.VersionId)),
                RequestPayer = call.Payer,
            },
            c));
        return new JsObject(1) { ["success"] = true };
    }

    /// <summary>Those of the folder, or of none, without what is in folders below it.</summary>
    public static async Task<IEnumerable<JsObject>> ListAsync(S3Call call)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = call.Need(call.Parameters.BucketName, "bucketName"),
            Prefix = S3Names.Some(call.Get(call.Parameters.Options.FolderKey)),
            Delimiter = "/",
            FetchOwner = call.Parameters.Options.FetchOwner ? true : null,
        };
        return (await call.ListAsync(request, o => !o.Key.EndsWith('/'))).Select(S3Call.Show);
    }

    public static async Task<Item> DownloadAsync(S3Call call)
    {
        var key = call.Need(call.Parameters.FileKey, "fileKey");
        if (key.EndsWith('/')) throw call.Refuse("a folder cannot be downloaded as a whole: give the key of a file");
        var fields = call.Parameters.AdditionalFields;
        var most = call.Context.Services.Http.MaximumResponse;
        var file = await call.AskAsync(async (s, c) =>
        {
            using var answer = await s.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = call.Need(call.Parameters.BucketName, "bucketName"),
                    Key = key,
                    RequestPayer = call.Payer,
                    ServerSideEncryptionCustomerMethod = CustomerMethod(call),
                    ServerSideEncryptionCustomerProvidedKey = S3Names.Some(call.Get(fields.CustomerKey)),
                    ServerSideEncryptionCustomerProvidedKeyMD5 = S3Names.Some(call.Get(fields.CustomerKeyMd5)),
                },
                c);
            return Files.Make(await ReadAsync(call, answer, most, c), answer.Headers.ContentType is { Length: > 0 } type ? type : "application/octet-stream", key[(key.LastIndexOf('/') + 1)..]);
        });
        var item = call.Context.Items[call.Index];
        return new Item(item.Json) { Binary = Files.With(item.Binary, call.Get(call.Parameters.BinaryPropertyName), file), PairedItems = Positions.Of(call.Index) };
    }

    public static async Task<JsObject> UploadAsync(S3Call call)
    {
        var fields = call.Parameters.AdditionalFields;
        var (content, type, name) = (default(ReadOnlyMemory<byte>), "text/html", call.Get(call.Parameters.FileName));
        if (call.Parameters.BinaryData)
        {
            var file = Files.Find(call.Context, call.Index, call.Get(call.Parameters.BinaryPropertyName));
            (content, type) = (await call.Context.Services.ReadAsync(file, call.Context.Cancellation), file.MimeType);
            if (name.Length == 0) name = file.FileName ?? throw call.Refuse("fileName: say which; the item's file has none");
        }
        else
        {
            content = Encoding.UTF8.GetBytes(call.Get(call.Parameters.FileContent));
        }

        var key = S3Names.Below(call.Get(fields.ParentFolderKey), name);
        await call.AskAsync((s, c) => s.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = call.Need(call.Parameters.BucketName, "bucketName"),
                Key = key.Length > 0 ? key : throw call.Refuse("fileName: say which"),
                InputStream = Stream(content),
                ContentType = type,
                // In one piece, with its own hash where the connection is not encrypted: stores of other makes may not know Amazon's pieces.
                UseChunkEncoding = false,
                CannedACL = S3Names.Acl(fields.Acl),
                StorageClass = S3Names.StorageClass(fields.StorageClass),
                RequestPayer = call.Payer,
                TagSet = call.Parameters.TagsUi.TagsValues.Count == 0 ? null : [.. call.Parameters.TagsUi.TagsValues.Select(t => new Tag { Key = call.Get(t.Key), Value = call.Get(t.Value) })],
                ObjectLockMode = Lock(fields),
                ObjectLockLegalHoldStatus = fields.LockLegalHold ? ObjectLockLegalHoldStatus.On : null,
                ObjectLockRetainUntilDate = Until(call),
                ServerSideEncryptionMethod = Encryption(fields),
                ServerSideEncryptionKeyManagementServiceKeyId = S3Names.Some(call.Get(fields.EncryptionAwsKmsKeyId)),
                ServerSideEncryptionKeyManagementServiceEncryptionContext = S3Names.Some(call.Get(fields.ServerSideEncryptionContext)),
                ServerSideEncryptionCustomerMethod = CustomerMethod(call),
                ServerSideEncryptionCustomerProvidedKey = S3Names.Some(call.Get(fields.CustomerKey)),
                ServerSideEncryptionCustomerProvidedKeyMD5 = S3Names.Some(call.Get(fields.CustomerKeyMd5)),
            },
            c));
        return new JsObject(1) { ["success"] = true };
    }

    /// <summary>Bytes as a stream, without copying them where they are an array.</summary>
    public static MemoryStream Stream(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var part) ? new MemoryStream(part.Array!, part.Offset, part.Count, writable: false) : new MemoryStream(content.ToArray(), writable: false);

    private static async Task<byte[]> ReadAsync(S3Call call, GetObjectResponse answer, int most, CancellationToken cancel)
    {
        if (answer.ContentLength > most) throw call.Refuse($"the file is longer than {most} bytes");
        using var content = new MemoryStream((int)Math.Max(0, answer.ContentLength));
        var buffer = new byte[64 * 1024];
        await using var stream = answer.ResponseStream;
        while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
        {
            if (content.Length + read > most) throw call.Refuse($"the file is longer than {most} bytes");
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    private static (string Bucket, string Key) Place(S3Call call, Parameter<string> parameter, string name) =>
        call.Need(parameter, name).TrimStart('/').Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key] ? (bucket, key) : throw call.Refuse($"{name}: expected /bucket/key");

    private static ObjectLockMode? Lock(S3Fields fields) => fields.LockMode.Length > 0 ? new ObjectLockMode(fields.LockMode.ToUpperInvariant()) : null;

    private static ServerSideEncryptionMethod? Encryption(S3Fields fields) => fields.ServerSideEncryption.Length > 0 ? new ServerSideEncryptionMethod(fields.ServerSideEncryption) : null;

    private static ServerSideEncryptionCustomerMethod? CustomerMethod(S3Call call) => S3Names.Some(call.Get(call.Parameters.AdditionalFields.CustomerAlgorithm)) is { } name ? new ServerSideEncryptionCustomerMethod(name) : null;

    private static DateTime? Until(S3Call call) => call.Get(call.Parameters.AdditionalFields.LockRetainUntilDate) switch
    {
        "" => null,
        var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => at.UtcDateTime,
        var text => throw call.Refuse($"lockRetainUntilDate: '{text}' is no date"),
    };
}
