using Amazon.S3;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>The object stores that nodes use. The SDK is loaded with the first of them.</summary>
internal sealed class OutgoingS3 : IDisposable
{
    private const int MostStores = 64;
    private const int Retries = 2;

    private readonly OpenServers<(S3Account Account, HttpRoute Route, OutgoingHttp Http), OpenStore> _stores = new(MostStores, static s => new OpenStore(s.Account, s.Route, s.Http));

    /// <summary>The client of an account; requests go through the sockets of all nodes that call out.</summary>
    public AmazonS3Client Find(S3Account account, HttpRoute route, OutgoingHttp http) => _stores.Find((account, route, http)).Client;

    /// <exception cref="NodeException">The connection is of no kind for this, or its endpoint is no address.</exception>
    public static S3Account AccountOf(Connection connection)
    {
        var account = connection.Fields switch
        {
            S3Connection s3 => new S3Account(s3.Endpoint.Trim(), s3.Region, s3.AccessKeyId, s3.SecretAccessKey, s3.SessionToken, s3.ForcePathStyle),
            AwsConnection aws => new S3Account("", aws.Region, aws.AccessKeyId, aws.SecretAccessKey, aws.SessionToken, PathStyle: false),
            _ => throw new NodeException($"the connection '{connection.Name}' is of the kind {connection.Kind.Name}; this node needs one of the kind s3 or aws") { Retryable = false },
        };
        if (account.Endpoint.Length > 0 && !(Uri.TryCreate(account.Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            throw new NodeException($"the endpoint of the connection '{connection.Name}' is no address that begins with http:// or https://") { Retryable = false };
        return account;
    }

    public void Dispose() => _stores.Dispose();

    private sealed class OpenStore(S3Account account, HttpRoute route, OutgoingHttp http) : IDisposable
    {
        public AmazonS3Client Client { get; } = account.Open(new Sockets(route, http), Retries);

        public void Dispose() => Client.Dispose();
    }

    private sealed class Sockets(HttpRoute route, OutgoingHttp http) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => http.SendAsync(route, request, cancellationToken);
    }
}
