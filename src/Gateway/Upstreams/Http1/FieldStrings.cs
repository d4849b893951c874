using System.Text;
using Microsoft.Net.Http.Headers;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Turns bytes of an upstream's head into strings without making the same string twice: well-known names once and for all, others per thread.</summary>
internal static class FieldStrings
{
    private const int LongestCached = 96;
    private const int CacheSize = 512;

    private static readonly string[][] Known = BuildKnown();

    [ThreadStatic]
    private static string?[]? names;

    [ThreadStatic]
    private static string?[]? values;

    public static string Name(ReadOnlySpan<byte> bytes)
    {
        foreach (var name in Known[KnownSlot(bytes[0], bytes[^1], bytes.Length)])
            if (Ascii.EqualsIgnoreCase(bytes, name))
                return name;
        return Cached(names ??= new string?[CacheSize], bytes);
    }

    public static string Value(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "" : Cached(values ??= new string?[CacheSize], bytes);

    private static string Cached(string?[] cache, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LongestCached) return Encoding.Latin1.GetString(bytes);
        ref var slot = ref cache[Hash(bytes) % CacheSize];
        // Bytes above 0x7F never compare equal, so that only plain ASCII comes from the cache.
        if (slot is not null && slot.Length == bytes.Length && Ascii.Equals(bytes, slot)) return slot;
        return slot = Encoding.Latin1.GetString(bytes);
    }

    /// <summary>Over all bytes: two dates of one answer differ only in the middle.</summary>
    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = (hash ^ BitConverter.ToUInt64(bytes)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 29;
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes) hash = (hash ^ b) * 0x100000001B3;
        return (uint)(hash ^ (hash >> 32));
    }

    private static int KnownSlot(byte first, byte last, int length) => ((first | 0x20) * 7 + (last | 0x20) * 31 + length) & 0xFF;

    private static string[][] BuildKnown()
    {
        string[] all =
        [
            HeaderNames.AcceptRanges, HeaderNames.AccessControlAllowCredentials, HeaderNames.AccessControlAllowHeaders,
            HeaderNames.AccessControlAllowMethods, HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlExposeHeaders,
            HeaderNames.AccessControlMaxAge, HeaderNames.Age, HeaderNames.Allow, HeaderNames.AltSvc, HeaderNames.CacheControl,
            HeaderNames.Connection, HeaderNames.ContentDisposition, HeaderNames.ContentEncoding, HeaderNames.ContentLanguage,
            HeaderNames.ContentLength, HeaderNames.ContentLocation, HeaderNames.ContentMD5, HeaderNames.ContentRange,
            HeaderNames.ContentSecurityPolicy, HeaderNames.ContentType, HeaderNames.Date, HeaderNames.ETag, HeaderNames.Expires,
            HeaderNames.GrpcEncoding, HeaderNames.GrpcMessage, HeaderNames.GrpcStatus, HeaderNames.KeepAlive, HeaderNames.LastModified,
            HeaderNames.Link, HeaderNames.Location, HeaderNames.Pragma, HeaderNames.ProxyAuthenticate, HeaderNames.RetryAfter,
            HeaderNames.SecWebSocketAccept, HeaderNames.SecWebSocketExtensions, HeaderNames.SecWebSocketProtocol, HeaderNames.Server,
            HeaderNames.SetCookie, HeaderNames.StrictTransportSecurity, HeaderNames.TE, HeaderNames.Trailer, HeaderNames.TransferEncoding,
            HeaderNames.Upgrade, HeaderNames.Vary, HeaderNames.Via, HeaderNames.Warning, HeaderNames.WWWAuthenticate,
            HeaderNames.XContentTypeOptions, HeaderNames.XFrameOptions, HeaderNames.XPoweredBy, HeaderNames.XUACompatible,
            HeaderNames.XXSSProtection,
        ];
        var slots = new List<string>[256];
        foreach (var name in all)
            (slots[KnownSlot((byte)name[0], (byte)name[^1], name.Length)] ??= []).Add(name);
        return [.. slots.Select(slot => slot?.ToArray() ?? [])];
    }
}
