using System.Buffers.Binary;

namespace Sluice.Workflows.Sandbox;

/// <summary>What is said between the gateway and a worker: a kind, a length (four bytes, the lowest first), and that many bytes of JSON.</summary>
internal static class Frames
{
    /// <summary>Bytes of a frame's content; a longer one ends the worker.</summary>
    public const int MaximumLength = 64 << 20;

    public const int HeadLength = 5;

    /// <summary>The worker is locked and ready; what it says is empty.</summary>
    public const byte Ready = (byte)'L';

    /// <summary>The worker cannot be locked; the text says why.</summary>
    public const byte Unlocked = (byte)'U';

    /// <summary>To the worker: run this.</summary>
    public const byte Run = (byte)'R';

    /// <summary>The worker asks about the run's other nodes.</summary>
    public const byte Question = (byte)'Q';

    /// <summary>To the worker: the answer.</summary>
    public const byte Answer = (byte)'A';

    /// <summary>The code has ended.</summary>
    public const byte Done = (byte)'D';

    public static void WriteHead(Span<byte> head, byte kind, int length)
    {
        head[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], length);
    }

    /// <returns>The length; -1 when it is none that may be.</returns>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        return length is >= 0 and <= MaximumLength ? length : -1;
    }
}
