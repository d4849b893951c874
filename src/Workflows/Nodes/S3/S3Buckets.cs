using Amazon.S3;
using Amazon.S3.Model;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>What is done with buckets.</summary>
internal static class S3Buckets
{
    public static async Task<JsObject> CreateAsync(S3Call call)
    {
        var fields = call.Parameters.AdditionalFields;
        var region = call.Get(fields.Region) is { Length: > 0 } given ? given : call.Account.Region;
        await call.AskAsync((s, c) => s.PutBucketAsync(
            new PutBucketRequest
            {
                BucketName = call.Need(call.Parameters.Name, "name"),
                // Amazon's first region is the one that a bucket is in when nothing is said.
                PutBucketConfiguration = region == "us-east-1" ? null : new PutBucketConfiguration { LocationConstraint = new BucketLocationConstraint(region) },
                CannedACL = S3Names.Acl(fields.Acl),
                ObjectLockEnabledForBucket = fields.BucketObjectLockEnabled ? true : null,
            },
            c));
        return new JsObject(1) { ["success"] = true };
    }

    public static async Task<JsObject> DeleteAsync(S3Call call)
    {
        await call.AskAsync((s, c) => s.DeleteBucketAsync(new DeleteBucketRequest { BucketName = call.Need(call.Parameters.Name, "name") }, c));
        return new JsObject(1) { ["success"] = true };
    }

    public static async Task<IEnumerable<JsObject>> ListAsync(S3Call call)
    {
        var answer = await call.AskAsync((s, c) => s.ListBucketsAsync(new ListBucketsRequest(), c));
        var most = call.Parameters.ReturnAll ? S3Call.MostListed : (int)call.Parameters.Limit.Get(call.Context, call.Index);
        return (answer.Buckets ?? []).Take(most).Select(b => new JsObject { ["Name"] = b.BucketName, ["CreationDate"] = S3Call.Time(b.CreationDate) });
    }

    public static async Task<IEnumerable<JsObject>> SearchAsync(S3Call call)
    {
        var fields = call.Parameters.AdditionalFields;
        var found = await call.ListAsync(new ListObjectsV2Request
        {
            BucketName = call.Need(call.Parameters.BucketName, "bucketName"),
            Prefix = S3Names.Some(call.Get(fields.Prefix)),
            Delimiter = S3Names.Some(call.Get(fields.Delimiter)),
            StartAfter = S3Names.Some(call.Get(fields.StartAfter)),
            FetchOwner = fields.FetchOwner ? true : null,
        });
        return found.Select(S3Call.Show);
    }
}
