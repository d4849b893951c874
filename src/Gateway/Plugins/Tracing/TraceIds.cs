using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>New ids, at random and never 0.</summary>
internal static class TraceIds
{
    public static UInt128 NewTrace(int bytes = 16) => bytes == 8 ? NewSpan() : new UInt128(NewSpan(), NewSpan());

    public static ulong NewSpan()
    {
        Span<byte> random = stackalloc byte[8];
        while (true)
        {
            RandomNumberGenerator.Fill(random);
            if (BinaryPrimitives.ReadUInt64BigEndian(random) is > 0 and var id) return id;
        }
    }
}
