using Amazon.Runtime;
using Amazon.S3;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>An object store, and as whom it is used.</summary>
/// <param name="Endpoint">Its address; empty for Amazon's own.</param>
/// <param name="Region">As <c>eu-central-1</c>.</param>
/// <param name="AccessKeyId">Null for what the AWS SDK finds: environment, profile, container, instance.</param>
/// <param name="SecretAccessKey">The key itself.</param>
/// <param name="SessionToken">Of temporary keys.</param>
/// <param name="PathStyle">Whether the bucket stands in the path, and not in the host's name.</param>
internal sealed record S3Account(string Endpoint, string Region, string? AccessKeyId, string? SecretAccessKey, string? SessionToken, bool PathStyle)
{
    /// <summary>Its host, for messages.</summary>
    public string Host => Endpoint.Length == 0 ? $"Amazon S3 ({Region})" : new Uri(Endpoint).Authority;

    /// <summary>Makes a client for it.</summary>
    /// <param name="sockets">What requests are sent through; null for the SDK's own sockets.</param>
    /// <param name="retries">How often a request that failed in passing is tried again, later each time.</param>
    public AmazonS3Client Open(HttpMessageHandler? sockets, int retries)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = PathStyle,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = retries,
            // Checksums in trailers are Amazon's own; stores of other makes know those that a request cannot do without.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = sockets is null ? null : new OwnSockets(sockets),
        };
        if (Endpoint.Length == 0)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(Region);
        }
        else
        {
            config.ServiceURL = Endpoint;
            config.AuthenticationRegion = Region;
        }

        if (AccessKeyId is null) return new AmazonS3Client(config);
        return new AmazonS3Client(SessionToken is null ? new BasicAWSCredentials(AccessKeyId, SecretAccessKey) : new SessionAWSCredentials(AccessKeyId, SecretAccessKey, SessionToken), config);
    }

    public override string ToString() => Host;

    private sealed class OwnSockets(HttpMessageHandler sockets) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(sockets, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}
