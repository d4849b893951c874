using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>
/// Calls <c>grpc.health.v1.Health/Check</c> for the server as a whole, over HTTP/2 with or without TLS. Only <c>SERVING</c> is a success; a
/// server without the service is a failure.
/// </summary>
internal sealed class GrpcProbe : Probe
{
    /// <summary>The framing of an empty message: not compressed, of length 0. An empty request asks for the whole server.</summary>
    private static readonly byte[] EmptyRequest = new byte[5];

    /// <summary>A HealthCheckResponse is two bytes behind the framing; more than this is something else.</summary>
    private const int LongestResponse = 1024;

    private readonly HttpMessageInvoker client;

    public GrpcProbe(ProbeSettings settings, UpstreamTls tls)
        : base(settings, tls)
    {
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // A connection that is still open tells nothing of whether new ones are taken.
            PooledConnectionLifetime = TimeSpan.Zero,
            // The handler puts the server name in, from the request's Host.
            SslOptions = tls.OptionsFor(""),
        });
    }

    public override void Dispose() => client.Dispose();

    protected override async Task<ProbeResult> AskAsync(LiveEndpoint endpoint, CancellationToken cancellation)
    {
        var scheme = Settings.IsTls ? "https" : "http";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{scheme}://{endpoint.Key}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(EmptyRequest) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.Host = Settings.Sni ?? endpoint.HostHeader;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, values) in Settings.Headers ?? new Dictionary<string, IReadOnlyList<string>>())
            request.Headers.TryAddWithoutValidation(name, values);

        using var response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK) return new ProbeResult(HealthSignal.HttpFailure, (int)response.StatusCode);
        var body = await ReadAsync(response, cancellation).ConfigureAwait(false);
        return GrpcStatus(response) == 0 && IsServing(body)
            ? new ProbeResult(HealthSignal.Success, 200)
            : new ProbeResult(HealthSignal.HttpFailure, (int)HttpStatusCode.ServiceUnavailable);
    }

    /// <summary>Whether a framed HealthCheckResponse says SERVING: field 1, a varint, has the value 1.</summary>
    internal static bool IsServing(ReadOnlySpan<byte> body) => body is [0, 0, 0, 0, 2, 0x08, 0x01];

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[LongestResponse];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return buffer[..length];
    }

    /// <summary>From the trailers, or from the head when there was no message.</summary>
    private static int GrpcStatus(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues("grpc-status", out var values) || response.Headers.TryGetValues("grpc-status", out values))
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 2;
}
