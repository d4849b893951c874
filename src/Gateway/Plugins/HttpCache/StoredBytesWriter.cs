using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Writes the parts of <see cref="StoredBytes"/>.</summary>
internal readonly ref struct StoredBytesWriter(IBufferWriter<byte> output)
{
    public void Bytes(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    public void Byte(byte value) => output.Write([value]);

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    public void Id(Guid value)
    {
        value.TryWriteBytes(output.GetSpan(16));
        output.Advance(16);
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, output.GetSpan(length));
        output.Advance(length);
    }
}
