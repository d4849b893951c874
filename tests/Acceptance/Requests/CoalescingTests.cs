using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>Browsers send requests for several hosts of one certificate over one HTTP/2 connection, whose handshake named only the first.</summary>
public sealed class CoalescingTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Theory]
    [InlineData("a.test", "200")]
    [InlineData("b.test", "421")]
    [InlineData("c.test", "404")]
    public async Task A_request_that_another_connection_would_serve_is_sent_there(string host, string status)
    {
        var file = folder.Write(
            "kong.yml",
            """
            _format_version: "3.0"
            routes:
            - {name: a, snis: [a.test], hosts: [a.test], plugins: [{name: request-termination, config: {status_code: 200}}]}
            - {name: b, snis: [b.test], hosts: [b.test], plugins: [{name: request-termination, config: {status_code: 200}}]}
            """);
        await using var sluice = await SluiceProcess.ServeAsync(file, "--proxy-tls", "127.0.0.1:0");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, sluice.Proxy.Single(url => url.Scheme == "https").Port);
        await using var connection = new SslStream(tcp.GetStream());
        await connection.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.test",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });

        (await StatusAsync(connection, host)).ShouldBe(status);
    }

    /// <summary>No client at hand lets :authority differ from the server name, so the few frames are written out (RFC 9113, 6; RFC 7541, 6.2.2).</summary>
    private static async Task<string> StatusAsync(Stream connection, string host)
    {
        byte[] fields = [.. Field(":method", "GET"), .. Field(":scheme", "https"), .. Field(":path", "/"), .. Field(":authority", host)];
        const byte Settings = 4, Headers = 1, EndOfBoth = 5;
        await connection.WriteAsync((byte[])
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, Settings, 0, 0, 0, 0, 0, 0, 0, (byte)fields.Length, Headers, EndOfBoth, 0, 0, 0, 1, .. fields,
        ]);
        var frame = new byte[9];
        while (true)
        {
            await connection.ReadExactlyAsync(frame).AsTask().WaitAsync(RawClient.Patience);
            var payload = new byte[(frame[0] << 16) | (frame[1] << 8) | frame[2]];
            await connection.ReadExactlyAsync(payload);
            if (frame[3] != Headers) continue;

            // Two of the statuses have an entry in the static table; any other is written out behind a byte for its name and one for its length.
            return payload.SkipWhile(b => b >> 5 == 1).First() switch
            {
                0x88 => "200",
                0x8d => "404",
                _ => Encoding.ASCII.GetString(payload.AsSpan(payload.AsSpan().IndexOf((byte)3) + 1, 3)),
            };
        }
    }

    private static byte[] Field(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
