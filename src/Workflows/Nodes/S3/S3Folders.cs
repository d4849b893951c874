using Amazon.S3.Model;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>What is done with folders: keys that end with a slash, and what begins with them.</summary>
internal static class S3Folders
{
    private const int AtOnce = 8;

    public static async Task<JsObject> CreateAsync(S3Call call)
    {
        var fields = call.Parameters.AdditionalFields;
        await call.AskAsync((s, c) => s.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = call.Need(call.Parameters.BucketName, "bucketName"),
                Key = S3Names.Below(call.Get(fields.ParentFolderKey), call.Need(call.Parameters.FolderName, "folderName")).TrimEnd('/') + '/',
                ContentBody = "",
                UseChunkEncoding = false,
                RequestPayer = call.Payer,
                StorageClass = S3Names.StorageClass(fields.StorageClass),
            },
            c));
        return new JsObject(1) { ["success"] = true };
    }

    /// <summary>Deletes what is in it one by one: not every store knows how to delete many at once.</summary>
    public static async Task<JsObject> DeleteAsync(S3Call call)
    {
        var (bucket, folder) = (call.Need(call.Parameters.BucketName, "bucketName"), call.Need(call.Parameters.FolderKey, "folderKey"));
        var keys = (await call.WithoutLimit().ListAsync(new ListObjectsV2Request { BucketName = bucket, Prefix = folder })).ConvertAll(o => o.Key);
        if (keys.Count == 0) keys.Add(folder);
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = call.Context.Cancellation }, async (key, _) =>
            await call.AskAsync((s, c) => s.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = key, RequestPayer = call.Payer }, c)));
        return new JsObject(1) { ["deleted"] = new JsArray([.. keys.Select(k => (JsValue)new JsObject(1) { ["Key"] = k })]) };
    }

    public static async Task<IEnumerable<JsObject>> ListAsync(S3Call call)
    {
        var folder = call.Get(call.Parameters.Options.FolderKey);
        var request = new ListObjectsV2Request { BucketName = call.Need(call.Parameters.BucketName, "bucketName"), Prefix = S3Names.Some(folder), FetchOwner = call.Parameters.Options.FetchOwner ? true : null };
        return (await call.ListAsync(request, o => o.Key.EndsWith('/') && o.Size is null or 0 && o.Key != folder)).Select(S3Call.Show);
    }
}
