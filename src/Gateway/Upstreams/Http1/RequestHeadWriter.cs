using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>How the body of a request is marked off on its way upstream.</summary>
internal enum BodyFraming { None, Length, Chunked }

/// <summary>
/// Writes the head of a request as bytes. What a client or a plugin put into names, values and the target can never end a line:
/// CR, LF and NUL become spaces (RFC 9110, 5.5), names that are no tokens are left out, and the target is percent-encoded where it must be.
/// </summary>
internal struct RequestHeadWriter(byte[] buffer)
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> LineBreaking = SearchValues.Create("\r\n\0");

    private static readonly byte[] ViaName =
        Encoding.ASCII.GetBytes($" sluice/{typeof(RequestHeadWriter).Assembly.GetName().Version!.ToString(3)}\r\n");

    private byte[] bytes = buffer;
    private int length;
    private int maxField;
    private bool writesForwarded;
    private StringValues connectionNames;
    private StringValues transferExtensions;
    private StringValues via;
    private StringValues forwardingChain;
    private StringValues forwardedFor;
    private StringValues forwardedHost;
    private StringValues forwardedPort;
    private StringValues forwardedPath;
    private StringValues forwardedPrefix;

    /// <summary>The buffer with the head at its start: the one given, or a larger one that took its place in the shared pool.</summary>
    public readonly byte[] Bytes => bytes;

    public readonly int Length => length;

    /// <summary>Writes the whole head.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="framing">How the body is marked off.</param>
    /// <param name="contentLength">Its length, with <see cref="BodyFraming.Length"/>.</param>
    /// <param name="handshake">The client's wish for a WebSocket; null without one.</param>
    public void Write(Exchange exchange, string host, BodyFraming framing, long contentLength, WebSocketHandshake? handshake)
    {
        ref var upstream = ref exchange.Upstream;
        maxField = exchange.Snapshot.Settings.MaxRequestHeaderField;
        writesForwarded = exchange.Snapshot.Settings.Headers.Forwarded;
        PutMethod(handshake is null ? upstream.Method : "GET");
        Put(' ');
        PutTarget(upstream.Path);
        PutTarget(upstream.Query);
        Put(" HTTP/1.1\r\nHost: "u8);
        PutValue(host);
        Put(handshake is null ? "\r\nConnection: keep-alive\r\n"u8 : "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"u8);
        if (handshake?.Key is { } key) PutField("Sec-WebSocket-Key", key);

        var fields = exchange.Request.Headers;
        var connection = fields.Connection;
        if (connection.Count > 0) connectionNames = ListedNames(connection);
        FieldWalker.For(fields).Write(fields, ref this);
        PutOwnFields(exchange);
        switch (framing)
        {
            case BodyFraming.Length:
                Put("Content-Length: "u8);
                Put(contentLength);
                Put("\r\n\r\n"u8);
                break;
            case BodyFraming.Chunked:
                Put("Transfer-Encoding: chunked\r\n\r\n"u8);
                break;
            default:
                Put("\r\n"u8);
                break;
        }
    }

    /// <summary>Sends on one field of the request, or keeps it for the gateway's own fields.</summary>
    public void Forward(string name, StringValues value)
    {
        switch (FieldKinds.Of(name))
        {
            case FieldKind.ForwardingChain when writesForwarded:
                forwardingChain = value;
                return;
            case FieldKind.Forwarded or FieldKind.ForwardingChain:
                if (connectionNames.Count > 0 && IsListed(name)) return;
                if (name.Length == 0 || name.AsSpan().IndexOfAnyExcept(Token) >= 0) return;
                if (value.Count == 1)
                {
                    PutLimited(name, value.ToString());
                    return;
                }

                foreach (var one in value) PutLimited(name, one ?? "");
                return;
            case FieldKind.TransferExtensions:
                transferExtensions = value;
                return;
            case FieldKind.Via:
                via = value;
                return;
            case FieldKind.ForwardedFor:
                forwardedFor = value;
                return;
            case FieldKind.ForwardedHost:
                forwardedHost = value;
                return;
            case FieldKind.ForwardedPort:
                forwardedPort = value;
                return;
            case FieldKind.ForwardedPath:
                forwardedPath = value;
                return;
            case FieldKind.ForwardedPrefix:
                forwardedPrefix = value;
                return;
        }
    }

    /// <summary>Appends bytes behind the head: a small body that goes out with it.</summary>
    public void Append(ReadOnlySpan<byte> body) => Put(body);

    /// <summary>
    /// The names that the client wants kept from the next hop. Kestrel shortens <c>X-Foo, keep-alive</c> to <c>keep-alive</c> (and the same with
    /// close) before anybody sees it: a name beside one of these words is not known here, and its field is sent on, as nginx does with all of them.
    /// </summary>
    private static StringValues ListedNames(StringValues connection)
    {
        if (connection.Count == 1 && connection.ToString() is "keep-alive" or "close" or "Keep-Alive" or "Close" or "Upgrade") return default;
        var names = connection.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new StringValues(names);
    }

    private static string First(StringValues values) => values.Count == 0 ? "" : values[0] ?? "";

    /// <summary>What the gateway says about a caller is not the caller's to remove.</summary>
    private static bool IsIdentity(string name) =>
        name.StartsWith("X-Consumer-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-Credential-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-Anonymous-", StringComparison.OrdinalIgnoreCase);

    private readonly bool IsListed(string name)
    {
        foreach (var listed in connectionNames)
            if (name.Equals(listed, StringComparison.OrdinalIgnoreCase))
                return !IsIdentity(name);
        return false;
    }

    private void PutOwnFields(Exchange exchange)
    {
        var trusted = exchange.PeerIsTrusted;
        Put("X-Forwarded-For: "u8);
        if (forwardedFor.Count > 0)
        {
            PutValue(First(forwardedFor));
            Put(", "u8);
            Put(exchange.PeerAddress);
        }
        else Put(exchange.ClientAddress);

        Put("\r\nX-Forwarded-Proto: "u8);
        PutValue(exchange.ForwardedScheme);
        Put("\r\n"u8);

        if (trusted && forwardedHost.Count > 0) PutTold("X-Forwarded-Host", forwardedHost);
        else PutForwardedHost(exchange.Request.Headers.Host);

        if (trusted && forwardedPort.Count > 0) PutTold("X-Forwarded-Port", forwardedPort);
        else
        {
            Put("X-Forwarded-Port: "u8);
            Put(exchange.Http.Connection.LocalPort);
            Put("\r\n"u8);
        }

        if (trusted && forwardedPath.Count > 0) PutTold("X-Forwarded-Path", forwardedPath);
        else
        {
            Put("X-Forwarded-Path: "u8);
            PutValue(RequestedPath(exchange.RawTarget));
            Put("\r\n"u8);
        }

        if (trusted && forwardedPrefix.Count > 0) PutTold("X-Forwarded-Prefix", forwardedPrefix);
        else PutForwardedPrefix(exchange);

        Put("X-Real-IP: "u8);
        Put(exchange.ClientAddress);
        Put("\r\nVia: "u8);
        foreach (var hop in via)
        {
            PutValue(hop);
            Put(", "u8);
        }

        Put(exchange.Request.Protocol switch { "HTTP/1.1" => "1.1"u8, "HTTP/2" => "2"u8, "HTTP/3" => "3"u8, _ => "1.0"u8 });
        Put(ViaName);
        if (exchange.Snapshot.Settings.Headers.RequestIdUpstream)
        {
            Put("X-Kong-Request-Id: "u8);
            Put(exchange.RequestIdUtf8);
            Put("\r\n"u8);
        }

        if (writesForwarded) PutForwarded(exchange);
        if (transferExtensions.Count > 0 && AsksForTrailers(transferExtensions)) Put("TE: trailers\r\n"u8);
    }

    /// <summary>
    /// Forwarded (RFC 7239): this hop behind what trusted proxies said before. Values are quoted, since addresses and hosts may hold colons.
    /// </summary>
    private void PutForwarded(Exchange exchange)
    {
        Put("Forwarded: "u8);
        if (exchange.PeerIsTrusted)
        {
            foreach (var hop in forwardingChain)
            {
                PutValue(hop);
                Put(", "u8);
            }
        }

        var peer = exchange.PeerAddress.IsIPv4MappedToIPv6 ? exchange.PeerAddress.MapToIPv4() : exchange.PeerAddress;
        var isIPv6 = peer.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        Put(isIPv6 ? "for=\"["u8 : "for=\""u8);
        Put(peer);
        Put(isIPv6 ? "]\""u8 : "\""u8);
        var host = First(exchange.Request.Headers.Host);
        if (host.Length > 0 && host.AsSpan().IndexOfAny('"', '\\') < 0)
        {
            Put(";host=\""u8);
            PutValue(host);
            Put('"');
        }

        Put(";proto="u8);
        PutAscii(exchange.Scheme);
        Put("\r\n"u8);
    }

    /// <summary>What a trusted proxy said, in its first line; nothing where it said nothing.</summary>
    private void PutTold(string name, StringValues told)
    {
        if (First(told) is { Length: > 0 } value) PutField(name, value);
    }

    /// <summary>Whether TE has <c>trailers</c>: the only extension that a proxy may pass on.</summary>
    public static bool AsksForTrailers(StringValues te)
    {
        foreach (var line in te)
            foreach (var range in line.AsSpan().Split(','))
                if (line.AsSpan(range).Trim(" \t").Equals("trailers", StringComparison.OrdinalIgnoreCase))
                    return true;
        return false;
    }

    /// <summary>The host that the client asked for, in lower case and without its port.</summary>
    private void PutForwardedHost(StringValues host)
    {
        var name = RequestedUri.HostName(First(host));
        if (name.IsEmpty) return;
        Put("X-Forwarded-Host: "u8);
        var start = length;
        PutValue(name);
        Ascii.ToLowerInPlace(bytes.AsSpan(start, length - start), out _);
        Put("\r\n"u8);
    }

    /// <summary>What the route cut off the path, unless that is nothing or the root.</summary>
    private void PutForwardedPrefix(Exchange exchange)
    {
        var matched = exchange.Match.MatchedLength;
        if (matched <= 0 || exchange.Route is not { Config.StripPath: true }) return;
        var prefix = exchange.Path.AsSpan(0, Math.Min(matched, exchange.Path.Length));
        if (prefix is "/") return;
        Put("X-Forwarded-Prefix: "u8);
        // The path has been decoded: what is not ASCII in it are characters now, not the client's bytes.
        if (Ascii.IsValid(prefix)) PutValue(prefix);
        else length += Encoding.UTF8.GetBytes(prefix, Room(Encoding.UTF8.GetMaxByteCount(prefix.Length)));
        Put("\r\n"u8);
    }

    /// <summary>The path as the client wrote it, without its query.</summary>
    private static ReadOnlySpan<char> RequestedPath(string target)
    {
        var path = RequestedUri.PathAndQuery(target);
        var query = path.IndexOf('?');
        return query < 0 ? path : path[..query];
    }

    private void PutMethod(string method)
    {
        // Kestrel has checked the client's; a plugin may have set another.
        if (method.Length == 0 || method.AsSpan().IndexOfAnyExcept(Token) >= 0) method = "GET";
        PutAscii(method);
    }

    private void PutTarget(ReadOnlySpan<char> part)
    {
        if (part.IndexOfAnyExceptInRange('!', '~') < 0)
        {
            PutAscii(part);
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in part.EnumerateRunes())
        {
            if (rune.Value is >= '!' and <= '~')
            {
                Put((char)rune.Value);
                continue;
            }

            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                Put('%');
                Put("0123456789ABCDEF"[b >> 4]);
                Put("0123456789ABCDEF"[b & 15]);
            }
        }
    }

    /// <exception cref="BadHttpRequestException">The client's field is longer than the settings allow.</exception>
    private void PutLimited(string name, string value)
    {
        if (name.Length + value.Length + 4 > maxField) throw new BadHttpRequestException("a header field is too long", StatusCodes.Status431RequestHeaderFieldsTooLarge);
        PutField(name, value);
    }

    private void PutField(string name, string value)
    {
        PutAscii(name);
        Put(": "u8);
        PutValue(value);
        Put("\r\n"u8);
    }

    /// <summary>Latin-1, as the value was received; what a plugin made of other characters goes out as UTF-8.</summary>
    private void PutValue(ReadOnlySpan<char> value)
    {
        var room = Room(value.Length);
        var start = length;
        if (Ascii.FromUtf16(value, room, out var written) == OperationStatus.Done) length += written;
        else if (value.IndexOfAnyExceptInRange('\0', '\u00FF') < 0) length += Encoding.Latin1.GetBytes(value, room);
        else length += Encoding.UTF8.GetBytes(value, Room(Encoding.UTF8.GetMaxByteCount(value.Length)));

        if (value.IndexOfAny(LineBreaking) < 0) return;
        foreach (ref var b in bytes.AsSpan(start, length - start))
            if (b is (byte)'\r' or (byte)'\n' or 0)
                b = (byte)' ';
    }

    private void PutAscii(ReadOnlySpan<char> text)
    {
        Ascii.FromUtf16(text, Room(text.Length), out var written);
        length += written;
    }

    private void Put(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        address.TryFormat(Room(64), out var written);
        length += written;
    }

    private void Put(long number)
    {
        number.TryFormat(Room(20), out var written, default, CultureInfo.InvariantCulture);
        length += written;
    }

    private void Put(char ascii)
    {
        Room(1)[0] = (byte)ascii;
        length++;
    }

    private void Put(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        length += text.Length;
    }

    private Span<byte> Room(int size)
    {
        if (bytes.Length - length >= size) return bytes.AsSpan(length);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, length + size));
        bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
        return bytes.AsSpan(length);
    }
}
