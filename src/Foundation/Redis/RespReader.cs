using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sluice.Foundation.Redis;

/// <summary>Answers in Redis's protocol (RESP2), strictly.</summary>
internal static class RespReader
{
    private const int MaxLine = 64 * 1024;
    private const int MaxBulk = 64 * 1024 * 1024;
    private const int MaxItems = 1024 * 1024;
    private const int MaxDepth = 8;

    /// <summary>The next answer and what follows it; false while it has not come whole.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> input, out RedisReply reply)
    {
        var reader = new SequenceReader<byte>(input);
        if (!TryRead(ref reader, 0, out reply)) return false;
        input = input.Slice(reader.Position);
        return true;
    }

    private static bool TryRead(ref SequenceReader<byte> reader, int depth, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            return reader.Remaining > MaxLine ? throw new InvalidDataException("an answer's line has no end") : false;
        if (line.Length is 0 or > MaxLine) throw new InvalidDataException("an answer's line is empty or too long");
        var kind = line.FirstSpan[0];
        var rest = line.Slice(1);
        switch (kind)
        {
            case (byte)'+':
                reply = RedisReply.Of(rest.ToArray());
                return true;
            case (byte)'-':
                reply = RedisReply.Refused(Encoding.UTF8.GetString(rest));
                return true;
            case (byte)':':
                reply = RedisReply.Of(Number(rest));
                return true;
            case (byte)'$':
                return TryReadBulk(ref reader, Number(rest), out reply);
            case (byte)'*':
                return TryReadList(ref reader, Number(rest), depth, out reply);
            default:
                throw new InvalidDataException("an answer begins with an unknown sign; is this a Redis server?");
        }
    }

    private static bool TryReadBulk(ref SequenceReader<byte> reader, long length, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (length == -1) return true;
        if (length is < 0 or > MaxBulk) throw new InvalidDataException($"an answer of {length} bytes");
        if (reader.Remaining < length + 2) return false;
        reply = RedisReply.Of(reader.UnreadSequence.Slice(0, length).ToArray());
        reader.Advance(length);
        return reader.IsNext("\r\n"u8, advancePast: true) ? true : throw new InvalidDataException("an answer is longer than it says");
    }

    private static bool TryReadList(ref SequenceReader<byte> reader, long count, int depth, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (count == -1) return true;
        if (count is < 0 or > MaxItems || depth == MaxDepth) throw new InvalidDataException("an answer with too many parts");
        var items = new List<RedisReply>((int)Math.Min(count, 64));
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(ref reader, depth + 1, out var item)) return false;
            items.Add(item);
        }

        reply = RedisReply.Of(items);
        return true;
    }

    private static long Number(ReadOnlySequence<byte> text)
    {
        Span<byte> digits = stackalloc byte[20];
        if (text.Length <= digits.Length)
        {
            text.CopyTo(digits);
            if (Utf8Parser.TryParse(digits[..(int)text.Length], out long number, out var used) && used == text.Length) return number;
        }

        throw new InvalidDataException("an answer's number is none");
    }
}
