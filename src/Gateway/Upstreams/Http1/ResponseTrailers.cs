using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Passes on the trailers of a chunked answer over HTTP/2 and 3. Kestrel sends none over HTTP/1.1, and neither does nginx.
/// </summary>
internal static class ResponseTrailers
{
    /// <param name="exchange">Whose response gets them.</param>
    /// <param name="lines">Field lines, each with its CR LF.</param>
    public static void Send(Exchange exchange, ReadOnlySpan<byte> lines)
    {
        if (exchange.Http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { IsReadOnly: false } trailers) return;
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf("\r\n"u8);
            if (end < 0) return;
            var line = lines[..end];
            lines = lines[(end + 2)..];
            if (ResponseHead.TrySplitField(line, out var name, out var value) && MayBeTrailer(name))
                trailers.Append(FieldStrings.Name(name), FieldStrings.Value(value));
        }
    }

    /// <summary>Fields that say how a message is marked off or routed have no meaning behind it (RFC 9110, 6.5.1).</summary>
    private static bool MayBeTrailer(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => !Is(name, "TE"u8),
        4 => !Is(name, "Host"u8),
        7 => !Is(name, "Trailer"u8) && !Is(name, "Upgrade"u8),
        10 => !Is(name, "Connection"u8) && !Is(name, "Keep-Alive"u8) && !Is(name, "Set-Cookie"u8),
        12 => !Is(name, "Content-Type"u8),
        13 => !Is(name, "Cache-Control"u8) && !Is(name, "Content-Range"u8) && !Is(name, "Authorization"u8),
        14 => !Is(name, "Content-Length"u8),
        16 => !Is(name, "Content-Encoding"u8),
        17 => !Is(name, "Transfer-Encoding"u8),
        _ => true,
    };

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> other) => System.Text.Ascii.EqualsIgnoreCase(name, other);
}
