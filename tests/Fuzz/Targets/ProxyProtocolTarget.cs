using Sluice.Gateway.Listeners;

namespace Sluice.Fuzz.Targets;

/// <summary>PROXY protocol headers: as long as bytes are missing the header is incomplete, and what is behind it does not matter.</summary>
internal sealed class ProxyProtocolTarget() : FuzzTarget("proxy-protocol")
{
    private static readonly byte[] Signature = [.. "\r\n\r\n\0\r\nQUIT\n"u8];

    public override IReadOnlyList<byte[]> Pieces { get; } = [Bytes("\r\n"), Bytes("PROXY "), Bytes("TCP4 "), Bytes("UNKNOWN"), Bytes("::1 "), Bytes("65536"), Signature, [0x21, 0x11, 0, 12], [0x20, 0, 0, 0], [0xFF, 0xFF]];

    protected override IEnumerable<byte[]> Samples =>
    [
        Bytes("PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\nGET / HTTP/1.1\r\n"),
        Bytes("PROXY TCP6 2001:db8::1 ::1 40000 443\r\n"),
        Bytes("PROXY UNKNOWN\r\n"),
        [.. Signature, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 0x9C, 0x40, 1, 0xBB, (byte)'G'],
        [.. Signature, 0x21, 0x21, 0, 36, .. new byte[36]],
        [.. Signature, 0x20, 0, 0, 0],
    ];

    protected override void Run(byte[] input)
    {
        var whole = ProxyProtocol.ProxyHeader.Parse(input);
        whole.Length.ShouldBeInRange(0, input.Length);
        for (var length = 0; length < input.Length; length++)
        {
            var part = ProxyProtocol.ProxyHeader.Parse(input.AsSpan(0, length));
            if (whole.Status == ProxyProtocol.ProxyHeaderStatus.Complete)
                part.ShouldBe(length < whole.Length ? part with { Status = ProxyProtocol.ProxyHeaderStatus.Incomplete, Length = 0 } : whole, $"the first {length} bytes");
            else
                part.Status.ShouldNotBe(ProxyProtocol.ProxyHeaderStatus.Complete, $"the first {length} bytes");
        }
    }
}
