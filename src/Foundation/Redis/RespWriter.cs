using System.Buffers;
using System.Buffers.Text;

namespace Sluice.Foundation.Redis;

/// <summary>Commands in Redis's protocol (RESP2): an array of bulk strings.</summary>
internal static class RespWriter
{
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<RedisArgument> command)
    {
        WriteHead(output, (byte)'*', command.Length);
        foreach (var part in command)
        {
            var length = part.Length;
            WriteHead(output, (byte)'$', length);
            var span = output.GetSpan(length + 2);
            part.CopyTo(span);
            "\r\n"u8.CopyTo(span[length..]);
            output.Advance(length + 2);
        }
    }

    private static void WriteHead(IBufferWriter<byte> output, byte kind, int number)
    {
        var span = output.GetSpan(16);
        span[0] = kind;
        Utf8Formatter.TryFormat(number, span[1..], out var digits);
        "\r\n"u8.CopyTo(span[(digits + 1)..]);
        output.Advance(digits + 3);
    }
}
