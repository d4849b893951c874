using System.Formats.Asn1;
using Sluice.Gateway.Plugins.LdapAuth;

namespace Sluice.Fuzz.Targets;

/// <summary>Answers of directories: lengths that lie, codes that are none, other messages.</summary>
internal sealed class LdapTarget() : FuzzTarget("ldap")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = [[0x30, 0x80], [0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x0A, 1, 0], [0x0A, 2, 1, 0], [2, 1, 1], [0x61], [0x78], [4, 0], [0, 0]];

    protected override IEnumerable<byte[]> Samples =>
    [
        [0x30, 12, 2, 1, 1, 0x61, 7, 0x0A, 1, 0, 4, 0, 4, 0],
        [0x30, 14, 2, 1, 1, 0x61, 9, 0x0A, 1, 49, 4, 0, 4, 2, (byte)'n', (byte)'o'],
        [0x30, 12, 2, 1, 0, 0x78, 7, 0x0A, 1, 52, 4, 0, 4, 0],
        [0x30, 0x84, 0, 0, 0, 0x10, 2, 1, 1, 0x61, 0x84, 0, 0, 0, 7, 0x0A, 1, 0, 4, 0, 4, 0],
    ];

    protected override void Run(byte[] input)
    {
        try
        {
            LdapMessage.LengthOf(input)?.ShouldBeInRange(2, LdapMessage.MaxSize + 6);
            var result = LdapMessage.ReadBind(input, 1);
            result.Code.ShouldBeInRange(0, byte.MaxValue);
            result.Diagnostic.ShouldNotBeNull();
        }
        catch (AsnContentException)
        {
        }
    }
}
