using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// Entries as bytes, for stores outside this process. Whoever can write there may write anything: what does not read back as this version wrote it, under
/// the key that is asked for, is no entry.
/// </summary>
/// <remarks>
/// Numbers are little-endian. <c>SLC1</c>, the CRC-32C of what follows, the SHA-256 of the key, the kind, and then for names: their generation, their
/// number and each; for a response: route, consumer, status, flags, when it came (milliseconds since 1970), lifetime, initial age, the two times it may be
/// served stale (seconds), the fields and the body. Texts have their length in bytes before them and are in UTF-8.
/// </remarks>
internal static class StoredBytes
{
    private const int HeadLength = 4 + 4 + SHA256.HashSizeInBytes + 1;
    private const int ChecksumAt = 4;
    private const byte NamesKind = 1;
    private const byte ResponseKind = 2;
    private const int MaxFields = 1000;
    private const byte ExplicitFlag = 1;
    private const byte NoCacheFlag = 2;
    private const byte MustRevalidateFlag = 4;
    private const byte ImmutableFlag = 8;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static ReadOnlySpan<byte> Magic => "SLC1"u8;

    /// <summary>The hash that entries are stored under and hold.</summary>
    public static byte[] HashOf(string key) => SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()));

    public static byte[] Write(CacheEntry entry, TimeProvider time)
    {
        var output = new ArrayBufferWriter<byte>(entry is CachedResponse { Body.Length: var length } ? length + 2048 : 512);
        var writer = new StoredBytesWriter(output);
        writer.Bytes(Magic);
        writer.Int32(0);
        writer.Bytes(HashOf(entry.Key));
        if (entry is VariantNames names) Write(ref writer, names);
        else Write(ref writer, (CachedResponse)entry, time);
        var all = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(ChecksumAt), ChecksumOf(all));
        return all;
    }

    /// <summary>The entry under <paramref name="key"/>, or null when the bytes are none.</summary>
    /// <param name="bytes">The body of the response stays in them.</param>
    public static CacheEntry? Read(ReadOnlyMemory<byte> bytes, string key, TimeProvider time)
    {
        var span = bytes.Span;
        if (span.Length < HeadLength || !span.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(span[ChecksumAt..]) != ChecksumOf(span)) return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()), hash);
        if (!span.Slice(ChecksumAt + 4, hash.Length).SequenceEqual(hash)) return null;
        var reader = new StoredBytesReader(bytes[HeadLength..]);
        CacheEntry? entry = span[HeadLength - 1] switch
        {
            NamesKind => ReadNames(ref reader, key),
            ResponseKind => ReadResponse(ref reader, key, time),
            _ => null,
        };
        return reader.IsGood && reader.IsAtEnd ? entry : null;
    }

    /// <summary>Puts the right checksum into bytes, for tests that want to get past it.</summary>
    internal static void Seal(Span<byte> bytes)
    {
        if (bytes.Length >= HeadLength) BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumAt..], ChecksumOf(bytes));
    }

    private static void Write(ref StoredBytesWriter writer, VariantNames names)
    {
        writer.Byte(NamesKind);
        writer.Int64(names.Generation);
        writer.Int32(names.Fields.Length);
        foreach (var field in names.Fields) writer.Text(field);
    }

    private static VariantNames? ReadNames(ref StoredBytesReader reader, string key)
    {
        var generation = reader.Int64();
        var fields = new string[reader.Count(MaxFields)];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = reader.Text();
            if (!IsName(fields[i])) return null;
        }

        return new VariantNames { Key = key, KeptUntil = long.MaxValue, Fields = fields, Generation = generation };
    }

    private static void Write(ref StoredBytesWriter writer, CachedResponse response, TimeProvider time)
    {
        writer.Byte(ResponseKind);
        writer.Id(response.Route);
        writer.Id(response.Consumer);
        writer.Int32(response.Status);
        writer.Byte((byte)((response.Freshness.IsExplicit ? ExplicitFlag : 0) | (response.NoCache ? NoCacheFlag : 0)
            | (response.MustRevalidate ? MustRevalidateFlag : 0) | (response.Immutable ? ImmutableFlag : 0)));
        writer.Int64((time.GetUtcNow() - time.GetElapsedTime(response.StoredAt)).ToUnixTimeMilliseconds());
        writer.Int64(response.Freshness.Lifetime);
        writer.Int64(response.Freshness.InitialAge);
        writer.Int64(response.StaleWhileRevalidate);
        writer.Int64(response.StaleIfError);
        writer.Int32(response.Headers.Length);
        foreach (var (name, values) in response.Headers)
        {
            writer.Text(name);
            writer.Int32(values.Count);
            foreach (var value in values) writer.Text(value ?? "");
        }

        writer.Int32(response.Body.Length);
        writer.Bytes(response.Body.Span);
    }

    private static CachedResponse? ReadResponse(ref StoredBytesReader reader, string key, TimeProvider time)
    {
        var (route, consumer, status, flags) = (reader.Id(), reader.Id(), reader.Int32(), reader.Byte());
        var came = reader.Int64();
        var (lifetime, initialAge, whileRevalidating, ifError) = (reader.Seconds(), reader.Seconds(), reader.Seconds(), reader.Seconds());
        if (!reader.IsGood || status is < 200 or > 599 || ReadFields(ref reader) is not { } headers) return null;
        var body = reader.Rest();
        return new CachedResponse
        {
            Key = key,
            KeptUntil = long.MaxValue,
            Route = route,
            Consumer = consumer,
            Status = status,
            Headers = headers,
            Body = body,
            StoredAt = TimestampOf(came, time),
            Freshness = new Freshness(lifetime, initialAge, (flags & ExplicitFlag) != 0),
            NoCache = (flags & NoCacheFlag) != 0,
            MustRevalidate = (flags & MustRevalidateFlag) != 0,
            Immutable = (flags & ImmutableFlag) != 0,
            StaleWhileRevalidate = whileRevalidating,
            StaleIfError = ifError,
            Tags = [],
            ETag = Single(headers, "ETag"),
            LastModified = Single(headers, "Last-Modified"),
        };
    }

    private static KeyValuePair<string, StringValues>[]? ReadFields(ref StoredBytesReader reader)
    {
        var headers = new KeyValuePair<string, StringValues>[reader.Count(MaxFields)];
        for (var i = 0; i < headers.Length; i++)
        {
            var name = reader.Text();
            var values = new string[reader.Count(MaxFields)];
            for (var j = 0; j < values.Length; j++)
            {
                values[j] = reader.Text();
                if (!IsValue(values[j])) return null;
            }

            if (!reader.IsGood || !IsName(name) || StoredHead.NotStored.Contains(name)) return null;
            headers[i] = new(name, values.Length == 1 ? new StringValues(values[0]) : values);
        }

        return headers;
    }

    /// <summary>When it came, on this node's clock; never in the future, where the nodes' clocks differ.</summary>
    private static long TimestampOf(long unixMilliseconds, TimeProvider time)
    {
        var ago = Int128.Clamp(time.GetUtcNow().ToUnixTimeMilliseconds() - (Int128)unixMilliseconds, 0, int.MaxValue * 1000L);
        return time.GetTimestamp() - (long)(ago * time.TimestampFrequency / 1000);
    }

    private static string? Single(KeyValuePair<string, StringValues>[] headers, string name)
    {
        foreach (var (key, value) in headers)
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase)) return value.Count == 1 ? value[0] : null;
        return null;
    }

    private static bool IsName(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>What would break the response apart, or the server's writing of it, was never stored.</summary>
    private static bool IsValue(string text)
    {
        foreach (var c in text)
            if (c is (< ' ' and not '\t') or '\x7f' or > '\xff') return false;
        return true;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> all)
    {
        var rest = all[(ChecksumAt + 4)..];
        var crc = ~0u;
        for (; rest.Length >= 8; rest = rest[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (var b in rest) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
