using System.Globalization;
using System.Text;

namespace Sluice.Foundation.Redis;

/// <summary>A part of a command: text, a number or bytes.</summary>
public readonly struct RedisArgument
{
    private readonly string? text;
    private readonly ReadOnlyMemory<byte> bytes;

    private RedisArgument(string? text, ReadOnlyMemory<byte> bytes)
    {
        this.text = text;
        this.bytes = bytes;
    }

    public static implicit operator RedisArgument(string value) => new(value, default);

    public static implicit operator RedisArgument(long value) => new(value.ToString(CultureInfo.InvariantCulture), default);

    public static implicit operator RedisArgument(double value) => new(value.ToString("R", CultureInfo.InvariantCulture), default);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> value) => new(null, value);

    internal int Length => text is null ? bytes.Length : Encoding.UTF8.GetByteCount(text);

    internal void CopyTo(Span<byte> to)
    {
        if (text is null) bytes.Span.CopyTo(to);
        else Encoding.UTF8.GetBytes(text, to);
    }
}
