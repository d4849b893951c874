using System.Text;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

public sealed class ChunkedDecoderTests
{
    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello", "")]
    [InlineData("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", "")]
    [InlineData("0\r\n\r\n", "", "")]
    [InlineData("00005\r\nhello\r\n000\r\n\r\n", "hello", "")]
    [InlineData("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", "")]
    [InlineData("5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n", "hello", "")]
    [InlineData("5  \r\nhello\r\n0\r\n\r\n", "hello", "")]
    [InlineData("5\r\nhe\r\no\r\n0\r\n\r\n", "he\r\no", "")]
    [InlineData("5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n", "hello", "A: b\r\nC: d\r\n")]
    public void What_is_well_formed_is_decoded_however_it_is_cut(string coded, string body, string trailers)
    {
        for (var step = 1; step <= coded.Length; step++)
        {
            var (decoder, decoded, rest) = Decode(coded + "NEXT", step);
            decoder.IsDone.ShouldBeTrue();
            decoded.ShouldBe(body);
            Encoding.Latin1.GetString(decoder.Trailers).ShouldBe(trailers);
            rest.ShouldBe(4);
        }
    }

    [Theory]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("5\r\nhelloX\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("g\r\n\r\n")]
    [InlineData(";a\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 \n\r\nhello\r\n")]
    [InlineData("5;a\nb\r\nhello\r\n")]
    [InlineData("5;a\0\r\nhello\r\n")]
    [InlineData("10000000000000000\r\nx")]
    [InlineData("0\r\n\n")]
    [InlineData("0\r\nA: b\n\r\n")]
    [InlineData("0\r\n A: b\r\n\r\n")]
    [InlineData("0\r\nA: b\r\n\rX")]
    public void What_is_not_is_refused(string coded)
    {
        for (var step = 1; step <= coded.Length; step++) Decode(coded, step).Decoder.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void Extensions_and_trailers_are_limited()
    {
        Decode("5;" + new string('a', 300) + "\r\n", 1000).Decoder.IsInvalid.ShouldBeTrue();
        Decode("0\r\n" + string.Concat(Enumerable.Repeat("A: " + new string('b', 100) + "\r\n", 100)), 1000).Decoder.IsInvalid.ShouldBeTrue();
        Decode("0\r\n" + string.Concat(Enumerable.Repeat("A:b\r\n", 65)), 1000).Decoder.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void Any_bytes_give_a_result()
    {
        var random = new Random(11);
        var alphabet = "0123456789abcdefABCDEF;\r\n\r\n\r\n \t:xyz\0"u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(1, 60)];
            foreach (ref var b in bytes.AsSpan()) b = alphabet[random.Next(alphabet.Length)];
            var (decoder, decoded, _) = Decode(Encoding.Latin1.GetString(bytes), random.Next(1, 20));
            decoded.Length.ShouldBeLessThanOrEqualTo(bytes.Length);
            (decoder.IsDone && decoder.IsInvalid).ShouldBeFalse();
        }
    }

    private static (ChunkedDecoder Decoder, string Body, int Left) Decode(string coded, int step)
    {
        var decoder = default(ChunkedDecoder);
        var body = new StringBuilder();
        var bytes = Encoding.Latin1.GetBytes(coded);
        for (var at = 0; at < bytes.Length;)
        {
            var end = Math.Min(bytes.Length, at + step);
            while (at < end)
            {
                body.Append(Encoding.Latin1.GetString(decoder.Decode(bytes.AsSpan(at, end - at), out var consumed)));
                at += consumed;
                if (decoder.IsDone || decoder.IsInvalid) return (decoder, body.ToString(), bytes.Length - at);
            }
        }

        return (decoder, body.ToString(), 0);
    }
}
