using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>JSON over HTTP with what watching needs: time limits, streams of objects, and connections whose silent death is noticed.</summary>
internal sealed class DiscoveryHttp : IDisposable
{
    /// <summary>Of a whole answer, or of one object of a stream.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(15);

    private readonly HttpMessageInvoker http;
    private readonly TimeProvider time;

    /// <param name="caFile">PEM of the roots that count; null for the system's.</param>
    public DiscoveryHttp(TimeProvider time, string? caFile = null)
    {
        this.time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = ConnectAsync,
        };
        if (caFile is not null && File.Exists(caFile))
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(caFile);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        http = new HttpMessageInvoker(handler);
    }

    public static HttpRequestMessage Post(Uri address, object body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
    }

    /// <summary>The answer's fields and its JSON.</summary>
    /// <exception cref="DiscoveryException">The status is not 200.</exception>
    public async Task<(HttpResponseHeaders Headers, JsonElement Body)> AskAsync(HttpRequestMessage request, TimeSpan patience, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timer = time.CreateTimer(static l => ((CancellationTokenSource)l!).Cancel(), limit, patience, Timeout.InfiniteTimeSpan);
        using var response = await SendAsync(request, limit.Token).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        var reader = PipeReader.Create(body);
        while (true)
        {
            var read = await reader.ReadAsync(limit.Token).ConfigureAwait(false);
            if (read.Buffer.Length > MaxBytes) throw new DiscoveryException("the answer is larger than 16 MiB");
            if (read.IsCompleted)
            {
                using var document = JsonDocument.Parse(read.Buffer);
                return (response.Headers, document.RootElement.Clone());
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The objects of an answer that goes on, one per line, as they come.</summary>
    /// <exception cref="DiscoveryException">The status is not 200.</exception>
    public async IAsyncEnumerable<JsonElement> StreamAsync(HttpRequestMessage request, [EnumeratorCancellation] CancellationToken stop)
    {
        using var response = await SendAsync(request, stop).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        var reader = PipeReader.Create(body);
        while (true)
        {
            var read = await reader.ReadAsync(stop).ConfigureAwait(false);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (line.Length <= 1) continue;
                using var document = JsonDocument.Parse(line);
                yield return document.RootElement.Clone();
            }

            if (rest.Length > MaxBytes) throw new DiscoveryException("an object is larger than 16 MiB");
            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) yield break;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var response = await http.SendAsync(request, stop).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK) return response;
        response.Dispose();
        throw new DiscoveryException($"{request.RequestUri!.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode}") { Data = { ["status"] = (int)response.StatusCode } };
    }

    /// <summary>With keep-alive probes: a watch is silent for long, and so is a peer that has gone.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
