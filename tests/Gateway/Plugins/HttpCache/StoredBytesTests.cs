using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Plugins.HttpCache;

namespace Sluice.Gateway.Tests.Plugins.HttpCache;

public class StoredBytesTests
{
    private const string Key = "http://gateway.test/a?\ud800"; // half a character, as a client may send it

    private readonly ManualTime time = new();

    [Fact]
    public void A_response_comes_back_whole_and_older_by_what_has_passed()
    {
        var written = StoredBytes.Write(Response(("Content-Type", "text/plain"), ("ETag", "\"1\""), ("X-Two", "a\tä"), ("X-Two", "b"), ("X-None", "")), time);
        var later = new ManualTime();
        later.Set(time.GetUtcNow() + TimeSpan.FromSeconds(7.5));
        var read = StoredBytes.Read(written, Key, later).ShouldBeOfType<CachedResponse>();
        (read.Key, read.Route, read.Consumer, read.Status).ShouldBe((Key, new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]), 201));
        read.AgeAt(later.GetTimestamp(), later).ShouldBe(12);
        (read.Freshness.Lifetime, read.Freshness.IsExplicit, read.StaleWhileRevalidate, read.StaleIfError).ShouldBe((60, true, 3, 4));
        (read.NoCache, read.MustRevalidate, read.Immutable).ShouldBe((false, true, false));
        read.Headers.Select(h => $"{h.Key}={string.Join('|', h.Value.ToArray())}").ShouldBe(["Content-Type=text/plain", "ETag=\"1\"", "X-Two=a\tä|b", "X-None="]);
        (read.ETag, read.LastModified, Encoding.UTF8.GetString(read.Body.Span)).ShouldBe(("\"1\"", null, "body"));

        // A clock that is behind makes nothing younger than it was.
        later.Set(time.GetUtcNow() - TimeSpan.FromHours(1));
        StoredBytes.Read(written, Key, later).ShouldBeOfType<CachedResponse>().AgeAt(later.GetTimestamp(), later).ShouldBe(5);
    }

    [Fact]
    public void Names_come_back_with_their_generation()
    {
        var names = new VariantNames { Key = Key, KeptUntil = 0, Fields = ["accept", "x-b"] };
        var read = StoredBytes.Read(StoredBytes.Write(names, time), Key, time).ShouldBeOfType<VariantNames>();
        (read.Generation, read.KeyOf("values")).ShouldBe((names.Generation, names.KeyOf("values")));
        read.Fields.ShouldBe(names.Fields);
    }

    [Fact]
    public void No_byte_can_be_another_or_missing()
    {
        var written = StoredBytes.Write(Response(("ETag", "\"1\"")), time);
        StoredBytes.Read(written, "http://gateway.test/b", time).ShouldBeNull();
        for (var i = 0; i < written.Length; i++)
        {
            StoredBytes.Read(written.AsMemory(0, i), Key, time).ShouldBeNull();
            byte[] changed = [.. written];
            changed[i] ^= 0x20;
            StoredBytes.Read(changed, Key, time).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("X-A", "a\r\nSet-Cookie: b")]
    [InlineData("X-A", "a\u2028")]
    [InlineData("X A", "a")]
    [InlineData("", "a")]
    [InlineData("Content-Length", "1")]
    [InlineData("transfer-encoding", "chunked")]
    public void Fields_that_would_break_a_response_apart_are_not_read(string name, string value) =>
        StoredBytes.Read(StoredBytes.Write(Response((name, value)), time), Key, time).ShouldBeNull();

    private CachedResponse Response(params (string Name, string Value)[] headers) => new()
    {
        Key = Key,
        KeptUntil = 0,
        Route = new Guid(1, 0, 0, new byte[8]),
        Consumer = new Guid(2, 0, 0, new byte[8]),
        Status = 201,
        Headers = [.. headers.GroupBy(h => h.Name).Select(g => KeyValuePair.Create(g.Key, new StringValues([.. g.Select(h => h.Value)])))],
        Body = "body"u8.ToArray(),
        StoredAt = time.GetTimestamp(),
        Freshness = new Freshness(60, 5, IsExplicit: true),
        NoCache = false,
        MustRevalidate = true,
        Immutable = false,
        StaleWhileRevalidate = 3,
        StaleIfError = 4,
        Tags = ["t"],
    };
}
