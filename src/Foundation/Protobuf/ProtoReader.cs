using System.Buffers.Binary;

namespace Sluice.Foundation.Protobuf;

/// <summary>Reads the wire format of Protocol Buffers. What is not well-formed ends the reading, with <see cref="Failed"/>.</summary>
public ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> message = message;
    private int at;

    /// <summary>The message is not well-formed.</summary>
    public bool Failed { get; private set; }

    /// <summary>The field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    public ProtoWire Wire { get; private set; }

    public readonly bool AtEnd => Failed || at >= message.Length;

    /// <summary>Goes on to the next field; false at the end.</summary>
    public bool Next()
    {
        if (AtEnd) return false;
        var tag = Varint();
        Field = (int)(tag >> 3);
        Wire = (ProtoWire)(tag & 7);
        if (Field == 0 || Wire is not (ProtoWire.Varint or ProtoWire.Fixed64 or ProtoWire.Bytes or ProtoWire.Fixed32)) Failed = true;
        return !Failed;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= message.Length) break;
            var b = message[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        Failed = true;
        return 0;
    }

    public uint Fixed32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong Fixed64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        return length <= (ulong)(message.Length - at) ? Take((int)length) : Take(int.MaxValue);
    }

    /// <summary>Passes over the value of the current field.</summary>
    public void Skip()
    {
        switch (Wire)
        {
            case ProtoWire.Varint:
                Varint();
                break;
            case ProtoWire.Fixed64:
                Take(8);
                break;
            case ProtoWire.Fixed32:
                Take(4);
                break;
            default:
                Bytes();
                break;
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > message.Length - at)
        {
            Failed = true;
            at = message.Length;
            return [];
        }

        at += length;
        return message.Slice(at - length, length);
    }
}
