using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>What a node asks of a store for one item.</summary>
internal sealed class S3Call(NodeContext context, S3Parameters parameters, S3Account account, AmazonS3Client client, int index)
{
    /// <summary>What one listing gives at most: it is held in memory.</summary>
    public const int MostListed = 100_000;

    public NodeContext Context => context;

    public S3Parameters Parameters => parameters;

    public S3Account Account => account;

    public int Index => index;

    public RequestPayer? Payer => parameters.AdditionalFields.RequesterPays ? RequestPayer.Requester : null;

    /// <summary>The same for everything there is, whatever the node says of limits.</summary>
    public S3Call WithoutLimit() => new(context, parameters with { ReturnAll = true }, account, client, index);

    public string Get(Parameter<string> parameter) => parameter.Get(context, index);

    /// <summary>A parameter that must say something.</summary>
    public string Need(Parameter<string> parameter, string name) => Get(parameter) is { Length: > 0 } text ? text : throw Refuse($"{name}: say which");

    public NodeException Refuse(string message) => new(message) { ItemIndex = index, Retryable = false };

    /// <summary>Asks, and tells what went wrong in words of ours.</summary>
    /// <exception cref="NodeException">The store does not answer in time, or refuses.</exception>
    public async Task<T> AskAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> ask)
    {
        var timeout = TimeSpan.FromMilliseconds(parameters.Timeout.Get(context, index));
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, timeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await ask(client, source.Token);
        }
        catch (OperationCanceledException e) when (!context.Cancellation.IsCancellationRequested)
        {
            throw new NodeException($"{account.Host} did not answer within {timeout.TotalMilliseconds} ms", e) { ItemIndex = index };
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException)
        {
            throw Failure(e);
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            throw Refuse(e.Message);
        }
    }

    /// <summary>The objects of a bucket, page by page, up to a number of those that are wanted.</summary>
    public async Task<List<S3Object>> ListAsync(ListObjectsV2Request request, Func<S3Object, bool>? wanted = null)
    {
        var most = parameters.ReturnAll ? MostListed : (int)parameters.Limit.Get(context, index);
        var found = new List<S3Object>();
        request.RequestPayer = Payer;
        while (true)
        {
            request.MaxKeys = wanted is null && !parameters.ReturnAll ? Math.Min(1000, most - found.Count) : 1000;
            var page = await AskAsync((s, c) => s.ListObjectsV2Async(request, c));
            foreach (var entry in page.S3Objects ?? [])
            {
                if (wanted?.Invoke(entry) is false) continue;
                if (found.Count == most) return parameters.ReturnAll ? throw Refuse($"the bucket has more than {MostListed} such keys; a prefix would make them fewer") : found;
                found.Add(entry);
            }

            if (page.IsTruncated != true || (!parameters.ReturnAll && found.Count == most)) return found;
            // A store that gives the same page for ever must not keep us for ever.
            if (page.NextContinuationToken is not { Length: > 0 } next || next == request.ContinuationToken) throw Refuse($"{account.Host} does not say where its list goes on");
            request.ContinuationToken = next;
        }
    }

    /// <summary>An object as lists show it, in the words of S3's answers.</summary>
    public static JsObject Show(S3Object found)
    {
        var json = new JsObject { ["Key"] = found.Key, ["LastModified"] = Time(found.LastModified), ["ETag"] = found.ETag, ["Size"] = (found.Size ?? 0).ToString(CultureInfo.InvariantCulture), ["StorageClass"] = found.StorageClass?.Value };
        if (found.Owner is { } owner) json["Owner"] = new JsObject { ["ID"] = owner.Id, ["DisplayName"] = owner.DisplayName };
        return json;
    }

    public static JsValue Time(DateTime? time) => time is { } at ? at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : JsValue.Null;

    private NodeException Failure(Exception e)
    {
        // A refusal of our own, for instance of a private address, says why itself.
        for (var inner = e; inner is not null; inner = inner.InnerException)
            if (inner is NodeException own) return own;
        if (e is not AmazonServiceException refused || (int)refused.StatusCode == 0) return new NodeException($"{account.Host} did not answer: {(e.InnerException ?? e).Message}", e) { ItemIndex = index };
        var details = new JsObject { ["status"] = (int)refused.StatusCode, ["code"] = refused.ErrorCode, ["message"] = refused.Message, ["requestId"] = refused.RequestId };
        var passing = refused.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError || refused.ErrorCode is "RequestTimeout" or "SlowDown";
        return new NodeException($"{refused.ErrorCode ?? ((int)refused.StatusCode).ToString(CultureInfo.InvariantCulture)}: {refused.Message}", e) { ItemIndex = index, Code = refused.ErrorCode, Details = details, Retryable = passing };
    }
}
