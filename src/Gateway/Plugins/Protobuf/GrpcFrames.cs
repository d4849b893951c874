using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.Gateway.Plugins.Protobuf;

/// <summary>gRPC's framing: a byte of flags and four of length before each message.</summary>
internal sealed class GrpcFrames
{
    public const byte Trailers = 0x80;
    private const int HeadSize = 5;
    private const int MaxMessage = 64 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> waiting = new();
    private int taken;

    /// <summary>A frame is longer than anybody sends.</summary>
    public bool Failed { get; private set; }

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
        if (length > MaxMessage)
        {
            Failed = true;
            return false;
        }

        if (rest.Length < HeadSize + length) return false;
        message = rest.Slice(HeadSize, (int)length);
        taken += HeadSize + (int)length;
        return true;
    }
}
