using System.Buffers.Binary;
using System.Text;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Reads the parts of <see cref="StoredBytes"/>. After the first that is not there all are empty.</summary>
internal ref struct StoredBytesReader(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> rest = bytes;

    public bool IsGood { get; private set; } = true;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public byte Byte() => Take(1) is { IsEmpty: false } part ? part.Span[0] : (byte)0;

    public int Int32() => Take(4) is { IsEmpty: false } part ? BinaryPrimitives.ReadInt32LittleEndian(part.Span) : 0;

    public long Int64() => Take(8) is { IsEmpty: false } part ? BinaryPrimitives.ReadInt64LittleEndian(part.Span) : 0;

    public Guid Id() => Take(16) is { IsEmpty: false } part ? new Guid(part.Span) : Guid.Empty;

    /// <summary>A number of seconds, at most about 68 years.</summary>
    public long Seconds()
    {
        var value = Int64();
        if (value is >= 0 and <= int.MaxValue) return value;
        IsGood = false;
        return 0;
    }

    /// <summary>How many things follow, each with a length before it.</summary>
    public int Count(int most)
    {
        var value = Int32();
        if (value >= 0 && value <= most && value <= rest.Length / 4) return value;
        IsGood = false;
        return 0;
    }

    public string Text() => Encoding.UTF8.GetString(Take(Int32()).Span);

    /// <summary>The bytes to the end, whose number stands before them.</summary>
    public ReadOnlyMemory<byte> Rest()
    {
        if (Int32() == rest.Length) return Take(rest.Length);
        IsGood = false;
        return default;
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (!IsGood || length < 0 || length > rest.Length)
        {
            IsGood = false;
            return default;
        }

        var part = rest[..length];
        rest = rest[length..];
        return part;
    }
}
