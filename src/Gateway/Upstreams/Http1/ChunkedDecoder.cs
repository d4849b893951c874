namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Takes the chunked coding apart (RFC 9112, 7.1), strictly: CR LF everywhere, sizes of at most 15 hex digits, extensions and trailers limited. Never throws.
/// </summary>
internal struct ChunkedDecoder
{
    private const int MostExtensionBytes = 256;
    private const int MostTrailerBytes = 8 * 1024;

    private Step step;
    private long left;
    private int digits;
    private int extension;
    private int trailerLine;
    private List<byte>? trailers;

    private enum Step { Size, Extension, SizeLineFeed, Data, DataReturn, DataLineFeed, TrailerStart, Trailer, TrailerLineFeed, EndLineFeed, Done, Invalid }

    /// <summary>The last chunk and the trailers have been read.</summary>
    public readonly bool IsDone => step == Step.Done;

    public readonly bool IsInvalid => step == Step.Invalid;

    /// <summary>The trailer lines, each with its CR LF; empty when there are none.</summary>
    public readonly ReadOnlySpan<byte> Trailers => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(trailers);

    /// <summary>Bytes of data known to come before the next framing byte, so that they can be received where they belong.</summary>
    public readonly long DataAhead => step == Step.Data ? left : 0;

    /// <summary>Counts bytes of data that were received without passing through <see cref="Decode"/>; at most <see cref="DataAhead"/>.</summary>
    public void Skip(int bytes)
    {
        left -= bytes;
        if (left == 0) step = Step.DataReturn;
    }

    /// <summary>
    /// Reads on until there is data, the end, or nothing left. Call again with what <paramref name="consumed"/> leaves over while not
    /// <see cref="IsDone"/> and not <see cref="IsInvalid"/>.
    /// </summary>
    /// <returns>A piece of data inside <paramref name="input"/>, or empty.</returns>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> input, out int consumed)
    {
        var i = 0;
        while (i < input.Length)
        {
            var b = input[i];
            switch (step)
            {
                case Step.Data:
                    var take = (int)Math.Min(left, input.Length - i);
                    Skip(take);
                    consumed = i + take;
                    return input.Slice(i, take);
                case Step.Size:
                    ReadSize(b);
                    break;
                case Step.Extension:
                    if (b == '\r') step = Step.SizeLineFeed;
                    else if (++extension > MostExtensionBytes || b is < 0x20 and not (byte)'\t' or 0x7F) step = Step.Invalid;
                    break;
                case Step.SizeLineFeed:
                    step = b != '\n' ? Step.Invalid : left == 0 ? Step.TrailerStart : Step.Data;
                    digits = 0;
                    extension = 0;
                    break;
                case Step.DataReturn:
                    step = b == '\r' ? Step.DataLineFeed : Step.Invalid;
                    break;
                case Step.DataLineFeed:
                    step = b == '\n' ? Step.Size : Step.Invalid;
                    break;
                case Step.TrailerStart:
                    if (b == '\r') step = Step.EndLineFeed;
                    else StartTrailer(b);
                    break;
                case Step.Trailer:
                    if (b == '\r') step = Step.TrailerLineFeed;
                    else if (b == '\n') step = Step.Invalid;
                    KeepTrailer(b);
                    break;
                case Step.TrailerLineFeed:
                    step = b == '\n' ? Step.TrailerStart : Step.Invalid;
                    KeepTrailer(b);
                    break;
                case Step.EndLineFeed:
                    step = b == '\n' ? Step.Done : Step.Invalid;
                    break;
            }

            i++;
            if (step is not (Step.Done or Step.Invalid)) continue;
            break;
        }

        consumed = i;
        return [];
    }

    private void ReadSize(byte b)
    {
        var digit = b switch
        {
            >= (byte)'0' and <= (byte)'9' => b - '0',
            >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
            _ => -1,
        };
        if (digit >= 0)
        {
            if (digits == 0) left = 0;
            if (++digits > 15) step = Step.Invalid;
            left = (left << 4) | (uint)digit;
        }
        else if (digits == 0) step = Step.Invalid;
        else if (b == '\r') step = Step.SizeLineFeed;
        else if (b is (byte)';' or (byte)' ' or (byte)'\t') step = Step.Extension;
        else step = Step.Invalid;
    }

    private void StartTrailer(byte b)
    {
        trailers ??= [];
        step = b is (byte)' ' or (byte)'\t' or (byte)'\n' ? Step.Invalid : Step.Trailer;
        trailerLine++;
        KeepTrailer(b);
    }

    private void KeepTrailer(byte b)
    {
        if (trailers!.Count >= MostTrailerBytes || trailerLine > 64) step = Step.Invalid;
        else trailers.Add(b);
    }
}
