using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Nodes.S3;

namespace Sluice.Workflows.History;

/// <summary>
/// An object store that speaks S3's protocol. Each object is sent in one request, so that it is there as a whole or not at all; what fails in passing is tried
/// again, later each time.
/// </summary>
/// <param name="place">Where objects are kept.</param>
/// <param name="retries">How often a request is tried again.</param>
public sealed class S3ObjectStore(S3Place place, int retries = 2) : ObjectStore, IDisposable
{
    private const int AtOnce = 8;

    /// <summary>How long one request may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // The SDK is loaded with the first object.
    private readonly Lazy<AmazonS3Client> _client = new(() => place.Account.Open(sockets: null, retries));

    public override async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancel) => await AskAsync(
        (s, c) => s.PutObjectAsync(new PutObjectRequest { BucketName = place.Bucket, Key = place.Prefix + key, InputStream = S3Files.Stream(content), ContentType = "application/octet-stream", UseChunkEncoding = false }, c), cancel);

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string key, CancellationToken cancel) => await AskAsync<ReadOnlyMemory<byte>?>(
        async (s, c) =>
        {
            try
            {
                using var answer = await s.GetObjectAsync(new GetObjectRequest { BucketName = place.Bucket, Key = place.Prefix + key }, c);
                using var content = new MemoryStream((int)Math.Clamp(answer.ContentLength, 0, Array.MaxLength));
                await answer.ResponseStream.CopyToAsync(content, c);
                return content.ToArray();
            }
            catch (AmazonS3Exception e) when (e.ErrorCode is "NoSuchKey")
            {
                return null;
            }
        }, cancel);

    /// <summary>One by one: not every store knows how to delete many at once.</summary>
    public override async ValueTask DeleteAsync(string prefix, CancellationToken cancel)
    {
        var request = new ListObjectsV2Request { BucketName = place.Bucket, Prefix = place.Prefix + prefix };
        bool more;
        do
        {
            var page = await AskAsync((s, c) => s.ListObjectsV2Async(request, c), cancel);
            await Parallel.ForEachAsync((page.S3Objects ?? []).Select(o => o.Key), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (key, stop) =>
                await AskAsync((s, c) => s.DeleteObjectAsync(new DeleteObjectRequest { BucketName = place.Bucket, Key = key }, c), stop));
            more = page.IsTruncated == true && page.NextContinuationToken is { Length: > 0 } next && next != request.ContinuationToken;
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (more);
    }

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    /// <exception cref="DatabaseUnavailableException">The store does not answer, or refuses.</exception>
    private async Task<T> AskAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        source.CancelAfter(Patience);
        try
        {
            return await ask(_client.Value, source.Token);
        }
        catch (AmazonServiceException e) when (e.StatusCode != default(HttpStatusCode))
        {
            throw new DatabaseUnavailableException($"the object store {place} at {place.Account.Host} refuses: {e.ErrorCode}: {e.Message}", e);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new DatabaseUnavailableException($"the object store {place} at {place.Account.Host} does not answer: {(e is OperationCanceledException ? $"nothing within {Patience.TotalMinutes} minutes" : (e.InnerException ?? e).Message)}", e);
        }
    }
}
