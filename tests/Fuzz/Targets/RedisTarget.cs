using System.Buffers;
using Sluice.Foundation.Redis;

namespace Sluice.Fuzz.Targets;

/// <summary>Answers of a Redis server, or of whatever listens in its place: lengths that lie, lists in lists, lines without an end.</summary>
internal sealed class RedisTarget() : FuzzTarget("redis")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf("\r\n", "*", "$", ":", "-", "+", "$-1\r\n", "*-1\r\n", "*1\r\n", "$67108865\r\n", "*1048577\r\n", ":9223372036854775808\r\n");

    protected override IEnumerable<byte[]> Samples =>
        AllOf("+OK\r\n", "-NOSCRIPT No matching script\r\n", ":42\r\n", "$5\r\nhello\r\n", "*3\r\n:1\r\n$3\r\n4.5\r\n*2\r\n$-1\r\n:0\r\n", "+PONG\r\n:1\r\n");

    protected override void Run(byte[] input)
    {
        try
        {
            Read(input);
        }
        catch (InvalidDataException)
        {
            // Refused: the connection is closed.
        }
    }

    private static void Read(byte[] input)
    {
        var rest = new ReadOnlySequence<byte>(input);
        while (!rest.IsEmpty)
        {
            var before = rest.Length;
            if (!RespReader.TryRead(ref rest, out var reply)) return;
            rest.Length.ShouldBeLessThan(before);
            _ = reply.Text;
        }
    }
}
