using System.Net;
using System.Text;
using Sluice.Gateway.Listeners;
using static Sluice.Gateway.Listeners.ProxyProtocol;

namespace Sluice.Gateway.Tests.Listeners;

public class ProxyProtocolTests
{
    private static readonly byte[] Version2Tcp4 =
    [
        .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0x01, 0xbb,
    ];

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed_in_time()
    {
        var time = new ManualTime();

        // Not disposed of: its Abort cancels a token later, on another thread.
        var connection = new Microsoft.AspNetCore.Connections.DefaultConnectionContext { Transport = new Silence() };
        var served = new ProxyProtocol(_ => throw new InvalidOperationException("There was no header."), time).OnConnectionAsync(connection);
        served.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(10));

        await served.WaitAsync(Eventually.Patience);
    }

    private sealed class Silence : System.IO.Pipelines.IDuplexPipe
    {
        private readonly System.IO.Pipelines.Pipe pipe = new();

        public System.IO.Pipelines.PipeReader Input => pipe.Reader;

        public System.IO.Pipelines.PipeWriter Output => pipe.Writer;
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nGET /", "192.0.2.1:56324")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 4124 443\r\n", "[2001:db8::1]:4124")]
    public void Version_1_tells_the_client(string text, string client)
    {
        var header = ProxyHeader.Parse(Encoding.ASCII.GetBytes(text));
        header.Status.ShouldBe(ProxyHeaderStatus.Complete);
        header.Source.ShouldBe(IPEndPoint.Parse(client));
        header.Length.ShouldBe(text.IndexOf('\n') + 1);
    }

    [Fact]
    public void Version_2_tells_the_client()
    {
        var header = ProxyHeader.Parse([.. Version2Tcp4, .. "GET"u8]);
        header.Status.ShouldBe(ProxyHeaderStatus.Complete);
        header.Source.ShouldBe(IPEndPoint.Parse("192.0.2.1:56324"));
        header.Destination.ShouldBe(IPEndPoint.Parse("198.51.100.2:443"));
        header.Length.ShouldBe(Version2Tcp4.Length);
    }

    [Fact]
    public void A_local_connection_keeps_its_own_addresses()
    {
        byte[] local = [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x20, 0, 0, 0];
        var header = ProxyHeader.Parse(local);
        header.Status.ShouldBe(ProxyHeaderStatus.Complete);
        header.Source.ShouldBeNull();
    }

    [Fact]
    public void Every_prefix_of_a_header_is_incomplete_and_never_invalid()
    {
        foreach (var whole in new[] { Version2Tcp4, "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"u8.ToArray() })
            for (var length = 0; length < whole.Length; length++)
                ProxyHeader.Parse(whole.AsSpan(0, length)).Status.ShouldBe(ProxyHeaderStatus.Incomplete, $"{length} bytes");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 56324 99999\r\n")]
    [InlineData("PROXY  TCP4 192.0.2.1 198.51.100.2 56324 443\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIX\n............")]
    public void Anything_else_is_invalid(string text) =>
        ProxyHeader.Parse(Encoding.ASCII.GetBytes(text)).Status.ShouldBe(ProxyHeaderStatus.Invalid);

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(7);
        var bytes = new byte[64];
        for (var i = 0; i < 20000; i++)
        {
            random.NextBytes(bytes);
            if (i % 2 == 0) "\r\n\r\n\0\r\nQUIT\n"u8.CopyTo(bytes);
            ProxyHeader.Parse(bytes.AsSpan(0, random.Next(bytes.Length)));
        }
    }
}
