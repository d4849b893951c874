using System.Buffers.Binary;
using System.Text;

namespace Sluice.Foundation.Protobuf;

/// <summary>Writes the wire format of Protocol Buffers.</summary>
public sealed class ProtoWriter
{
    private byte[] buffer = new byte[256];
    private int length;

    public byte[] ToArray() => buffer.AsSpan(0, length).ToArray();

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Tag(int field, ProtoWire wire) => Varint(((ulong)field << 3) | (uint)wire);

    public void Varint(ulong value)
    {
        var room = Room(10);
        var i = 0;
        while (value >= 0x80)
        {
            room[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[i++] = (byte)value;
        length += i;
    }

    public void Fixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);
        length += 4;
    }

    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);
        length += 8;
    }

    /// <summary>Bytes with their length before them.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Raw(bytes);
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        length += bytes.Length;
    }

    public void Number(int field, ulong value)
    {
        Tag(field, ProtoWire.Varint);
        Varint(value);
    }

    public void Double(int field, double value)
    {
        Tag(field, ProtoWire.Fixed64);
        Fixed64(BitConverter.DoubleToUInt64Bits(value));
    }

    public void Fixed64(int field, ulong value)
    {
        Tag(field, ProtoWire.Fixed64);
        Fixed64(value);
    }

    public void Fixed32(int field, uint value)
    {
        Tag(field, ProtoWire.Fixed32);
        Fixed32(value);
    }

    public void Text(int field, string value)
    {
        Tag(field, ProtoWire.Bytes);
        Varint((ulong)Encoding.UTF8.GetByteCount(value));
        length += Encoding.UTF8.GetBytes(value, Room(Encoding.UTF8.GetMaxByteCount(value.Length)));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, ProtoWire.Bytes);
        Bytes(value);
    }

    /// <summary>A message inside this one.</summary>
    public void Message(int field, Action<ProtoWriter> write)
    {
        var inner = new ProtoWriter();
        write(inner);
        Bytes(field, inner.Written);
    }

    private Span<byte> Room(int size)
    {
        if (buffer.Length - length < size) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + size));
        return buffer.AsSpan(length);
    }
}

/// <summary>How a value stands on the wire.</summary>
public enum ProtoWire : byte
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
