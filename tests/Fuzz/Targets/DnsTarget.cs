using Sluice.Gateway.Upstreams.Dns;

namespace Sluice.Fuzz.Targets;

/// <summary>Replies of name servers: names that point at themselves, counts that lie, records that end early.</summary>
internal sealed class DnsTarget() : FuzzTarget("dns")
{
    private const ushort Id = 0x1234;
    private const string Asked = "shop.test";

    /// <summary>The question shop.test, of a type that is filled in.</summary>
    private static readonly byte[] Question = [4, .. "shop"u8, 4, .. "test"u8, 0];

    public override IReadOnlyList<byte[]> Pieces { get; } = [[0xC0, 0x0C], [0xC0, 0x00], [0xC0, 0xFF], [0xFF, 0xFF], [0, 1, 0, 1], [63], [0xC0, 0x0C, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xC0, 0x0C]];

    protected override IEnumerable<byte[]> Samples =>
    [
        Reply(1, 2, [0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 127, 0, 0, 1, 0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 127, 0, 0, 2]),
        Reply(28, 1, [0xC0, 0x0C, 0, 28, 0, 1, 0, 0, 1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        Reply(33, 1, [0xC0, 0x0C, 0, 33, 0, 1, 0, 0, 1, 0, 0, 9, 0, 1, 0, 5, 0x1F, 0x90, 1, (byte)'a', 0]),
        Reply(1, 2, [0xC0, 0x0C, 0, 5, 0, 1, 0, 0, 1, 0, 0, 3, 1, (byte)'b', 0, 1, (byte)'b', 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 10, 0, 0, 1]),
    ];

    protected override void Run(byte[] input)
    {
        foreach (var type in (DnsRecordType[])[DnsRecordType.A, DnsRecordType.Aaaa, DnsRecordType.Srv])
        {
            if (DnsMessage.Read(input, Id, Asked, type) is not { } reply) continue;
            reply.Records.Count.ShouldBeLessThanOrEqualTo(1024);
            reply.Ttl.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromDays(7));
        }
    }

    private static byte[] Reply(byte type, byte answers, byte[] records) =>
        [Id >> 8, Id & 0xFF, 0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, 0, .. Question, 0, type, 0, 1, .. records];
}
