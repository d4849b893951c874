using System.Globalization;
using System.Text;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Fuzz.Targets;

/// <summary>The chunked coding: in pieces it reads as in one, and what was read, written out again, reads the same.</summary>
internal sealed class ChunkedTarget() : FuzzTarget("chunked")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "\r\n", "\n", "\r", "0\r\n", "0\r\n\r\n", "5\r\nhello\r\n", ";a=b", ";a=\"\r\n\"", "-1", "0x5", "00000000000000000005", "FFFFFFFFFFFFFFF", "ffffffffffffffff", " ", "\t", "X-T: v\r\n");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "5\r\nhello\r\n0\r\n\r\n", "1;x=y\r\na\r\nA\r\n0123456789\r\n000\r\nX-T: v\r\nX-U: w\r\n\r\nHTTP/1.1 200 OK\r\n", "0\r\n\r\n", "3\t\r\nabc\r\n0 ;e\r\n\r\n");

    protected override void Run(byte[] input)
    {
        var whole = Decode(input, input.Length);
        for (var size = 1; size <= 3; size++) Decode(input, size).ShouldBe(whole, $"in pieces of {size}");
        Decode(input, Math.Max(1, input.Length / 2)).ShouldBe(whole, "in halves");
        if (!whole.Done) return;

        var written = Encoding.Latin1.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{(whole.Data.Length == 0 ? "" : $"{whole.Data.Length:X}\r\n{whole.Data}\r\n")}0\r\n{whole.Trailers}\r\n"));
        Decode(written, written.Length).ShouldBe(whole with { Consumed = written.Length });
    }

    private static Result Decode(byte[] input, int size)
    {
        var decoder = default(ChunkedDecoder);
        var data = new StringBuilder();
        var at = 0;
        while (at < input.Length && !decoder.IsDone && !decoder.IsInvalid)
        {
            var piece = decoder.Decode(input.AsSpan(at, Math.Min(size, input.Length - at)), out var consumed);
            data.Append(Encoding.Latin1.GetString(piece));
            (consumed > 0 || decoder.IsInvalid).ShouldBeTrue("it does not come forward");
            at += consumed;
        }

        // How far it got into what it refuses does not matter.
        return new Result(data.ToString(), decoder.IsDone, decoder.IsInvalid, decoder.IsInvalid ? 0 : at, decoder.IsDone ? Encoding.Latin1.GetString(decoder.Trailers) : "");
    }

    private sealed record Result(string Data, bool Done, bool Invalid, int Consumed, string Trailers);
}
