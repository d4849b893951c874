namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>How the body of an answer is marked off.</summary>
internal enum ResponseFraming { None, Length, Chunked, UntilClose }

/// <summary>What <see cref="ResponseBody.TryTake"/> found.</summary>
internal enum BodyPiece { Data, NeedsMore, End, Invalid }

/// <summary>The body of an answer, taken out of its connection's buffer piece by piece. Belongs to the connection and is used again.</summary>
internal sealed class ResponseBody(Http1Connection connection)
{
    private ChunkedDecoder decoder;

    public ResponseFraming Framing { get; private set; }

    /// <summary>Bytes still to come, with <see cref="ResponseFraming.Length"/>.</summary>
    public long Left { get; private set; }

    /// <summary>The whole body has been taken.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The trailer lines after a chunked body.</summary>
    public ReadOnlySpan<byte> Trailers => decoder.Trailers;

    /// <summary>Works out the framing from the head (RFC 9112, 6.3).</summary>
    public void Begin(ResponseHead head, bool isHeadRequest)
    {
        decoder = default;
        Left = 0;
        Framing = isHeadRequest || head.Status is < 200 or 204 or 304 ? ResponseFraming.None
            : head.IsChunked ? ResponseFraming.Chunked
            : head.ContentLength is not null ? ResponseFraming.Length
            : ResponseFraming.UntilClose;
        if (Framing == ResponseFraming.Length) Left = head.ContentLength!.Value;
        IsComplete = Framing == ResponseFraming.None || (Framing == ResponseFraming.Length && Left == 0);
    }

    /// <summary>The next piece of what has been received. Valid until the next receive.</summary>
    public BodyPiece TryTake(out ReadOnlySpan<byte> piece)
    {
        piece = [];
        if (IsComplete) return BodyPiece.End;
        var received = connection.Received;
        switch (Framing)
        {
            case ResponseFraming.Chunked:
                while (!received.IsEmpty)
                {
                    piece = decoder.Decode(received, out var consumed);
                    connection.Start += consumed;
                    if (decoder.IsInvalid) return BodyPiece.Invalid;
                    if (!piece.IsEmpty) return BodyPiece.Data;
                    if (decoder.IsDone)
                    {
                        IsComplete = true;
                        return BodyPiece.End;
                    }

                    received = connection.Received;
                }

                return BodyPiece.NeedsMore;
            case ResponseFraming.Length:
                if (received.IsEmpty) return BodyPiece.NeedsMore;
                piece = received.Length > Left ? received[..(int)Left] : received;
                connection.Start += piece.Length;
                ReceivedDirectly(piece.Length);
                return BodyPiece.Data;
            default:
                if (received.IsEmpty) return BodyPiece.NeedsMore;
                piece = received;
                connection.Start += piece.Length;
                return BodyPiece.Data;
        }
    }

    /// <summary>Counts bytes of a body with a length that were received elsewhere.</summary>
    public void ReceivedDirectly(int count)
    {
        Left -= count;
        if (Left == 0 && Framing == ResponseFraming.Length) IsComplete = true;
    }

    /// <summary>The upstream closed its side.</summary>
    /// <returns>Whether that is the body's right end.</returns>
    public bool EndOfStream()
    {
        if (Framing == ResponseFraming.UntilClose) IsComplete = true;
        return IsComplete;
    }
}
