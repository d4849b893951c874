using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>
/// Asks for a page over HTTP/1.1, with or without TLS, on a connection of its own, and looks at the status. Written out rather than left to
/// a client library: the server name of the handshake and the Host may differ, and nothing behind the first line is of use.
/// </summary>
internal sealed class HttpProbe(ProbeSettings settings, UpstreamTls tls) : Probe(settings, tls)
{
    /// <summary>A first line that is longer is no answer.</summary>
    private const int LongestStatusLine = 4096;

    protected override async Task<ProbeResult> AskAsync(LiveEndpoint endpoint, CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
        await using var plain = new NetworkStream(socket);
        if (!Settings.IsTls) return await AskAsync(plain, endpoint, cancellation).ConfigureAwait(false);
        await using var encrypted = new SslStream(plain);
        await encrypted.AuthenticateAsClientAsync(Tls.OptionsFor(Settings.Sni ?? endpoint.Host), cancellation).ConfigureAwait(false);
        return await AskAsync(encrypted, endpoint, cancellation).ConfigureAwait(false);
    }

    private async Task<ProbeResult> AskAsync(Stream stream, LiveEndpoint endpoint, CancellationToken cancellation)
    {
        await stream.WriteAsync(Request(endpoint), cancellation).ConfigureAwait(false);
        var buffer = new byte[LongestStatusLine];
        var length = 0;
        while (length < buffer.Length)
        {
            var received = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (received == 0) break;
            length += received;
            if (buffer.AsSpan(0, length).Contains((byte)'\n'))
                return ReadStatus(buffer.AsSpan(0, length)) is { } status ? ForStatus(status) : new ProbeResult(HealthSignal.TcpFailure);
        }

        return new ProbeResult(HealthSignal.TcpFailure);
    }

    private byte[] Request(LiveEndpoint endpoint)
    {
        var request = new StringBuilder($"GET {Settings.Path} HTTP/1.1\r\nHost: {endpoint.HostHeader}\r\nConnection: close\r\nUser-Agent: sluice-health-check\r\n");
        foreach (var (name, values) in Settings.Headers ?? new Dictionary<string, IReadOnlyList<string>>())
            foreach (var value in values) request.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return Encoding.UTF8.GetBytes(request.Append("\r\n").ToString());
    }

    /// <summary>The status of <c>HTTP/1.1 200 ...</c>; null for anything else.</summary>
    private static int? ReadStatus(ReadOnlySpan<byte> line) =>
        line.Length >= 12 && line.StartsWith("HTTP/1."u8) && line[8] == ' '
        && int.TryParse(line[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status >= 100 ? status : null;
}
