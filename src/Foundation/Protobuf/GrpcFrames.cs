using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.Foundation.Protobuf;

/// <summary>gRPC's framing: a byte of flags and four of length before each message.</summary>
/// <param name="most">Bytes that one message may have.</param>
public sealed class GrpcFrames(int most = 64 * 1024 * 1024)
{
    public const byte Trailers = 0x80;
    private const int HeadSize = 5;

    private readonly ArrayBufferWriter<byte> waiting = new();
    private int taken;

    /// <summary>A frame is longer than it may be.</summary>
    public bool Failed { get; private set; }

    /// <summary>The flags of the message that was taken last: 1 where it is compressed.</summary>
    public byte Flags { get; private set; }

    /// <summary>Bytes that have come and make no whole frame yet.</summary>
    public ReadOnlySpan<byte> Rest => waiting.WrittenSpan[taken..];

    public static byte[] Frame(byte flags, ReadOnlySpan<byte> message)
    {
        var frame = new byte[HeadSize + message.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(HeadSize));
        return frame;
    }

    public void Add(ReadOnlySpan<byte> piece)
    {
        if (taken == waiting.WrittenCount)
        {
            waiting.ResetWrittenCount();
            taken = 0;
        }

        if (!Failed) waiting.Write(piece);
    }

    /// <summary>The next whole message, valid until <see cref="Add"/>.</summary>
    public bool TryTake(out ReadOnlySpan<byte> message)
    {
        message = default;
        var rest = Rest;
        if (Failed || rest.Length < HeadSize) return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
        if (length > most)
        {
            Failed = true;
            return false;
        }

        if (rest.Length < HeadSize + length) return false;
        Flags = rest[0];
        message = rest.Slice(HeadSize, (int)length);
        taken += HeadSize + (int)length;
        return true;
    }
}
