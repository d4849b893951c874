using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

public sealed class ResponseHeadTests
{
    private const int Limit = 64 * 1024;

    [Fact]
    public void Fields_are_copied_and_those_of_the_connection_are_not()
    {
        var (head, headers) = Read(
            "HTTP/1.1 200 OK\r\nServer:  s 1 \r\nSet-Cookie: a\r\nset-cookie: b\r\nX-Own: 1\r\nX-Listed: 2\r\nConnection: x-listed, Keep-Alive\r\n" +
            "Keep-Alive: timeout=5\r\nTrailer: X\r\nx-accel-redirect: /secret\r\nX-Accel-Buffering: no\r\nContent-Length: 3\r\nX-Empty:\r\nX-Utf8: caf\u00C3\u00A9\r\n\r\n");
        head.Status.ShouldBe(200);
        head.ContentLength.ShouldBe(3);
        head.KeepsAlive.ShouldBeTrue();
        headers["Server"].ToString().ShouldBe("s 1");
        headers["Set-Cookie"].ToArray().ShouldBe(["a", "b"]);
        headers["X-Own"].ToString().ShouldBe("1");
        headers["X-Empty"].ToString().ShouldBe("");
        headers["X-Utf8"].ToString().ShouldBe("caf\u00C3\u00A9");
        foreach (var absent in new[] { "X-Listed", "Connection", "Keep-Alive", "Trailer", "Content-Length", "X-Accel-Redirect", "X-Accel-Buffering" }) headers.ContainsKey(absent).ShouldBeFalse();
    }

    [Fact]
    public void Of_a_field_that_there_can_be_one_of_the_first_counts()
    {
        var (_, headers) = Read(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: 1\r\ncontent-type: text/html\r\nLocation: /a\r\nLocation: /b\r\nX-A: 2\r\nLOCATION: /c\r\n\r\n");
        headers["Content-Type"].ToArray().ShouldBe(["text/plain"]);
        headers["Location"].ToArray().ShouldBe(["/a"]);
        headers["X-A"].ToArray().ShouldBe(["1", "2"]);
    }

    [Fact]
    public void A_field_replaces_what_a_plugin_had_set_before()
    {
        var headers = new HeaderDictionary { ["RateLimit-Limit"] = "1" };
        var head = new ResponseHead();
        var bytes = "HTTP/1.1 200 OK\r\nRateLimit-Limit: 2\r\n\r\n"u8;
        head.Parse(bytes, Limit).ShouldBe(ParseState.Complete);
        head.CopyTo(bytes, headers, keepTrailer: false);
        headers["RateLimit-Limit"].ToString().ShouldBe("2");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 \r\n\r\n", true)]
    public void The_connection_is_kept_as_its_version_and_fields_say(string text, bool kept) => Read(text).Head.KeepsAlive.ShouldBe(kept);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\rK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\u0007\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n A: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA : b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA(b): c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    public void What_is_not_strictly_http_is_refused(string text)
    {
        var head = new ResponseHead();
        head.Parse(Encoding.Latin1.GetBytes(text), Limit).ShouldBe(ParseState.Invalid);
        head.Problem.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void A_head_may_come_in_pieces_split_anywhere()
    {
        var bytes = "HTTP/1.1 404 Not Found\r\nServer: s\r\nContent-Length: 12\r\nX-A: b\r\n\r\nbody"u8.ToArray();
        var end = bytes.AsSpan().IndexOf("body"u8);
        for (var split = 0; split < end; split++)
        {
            var head = new ResponseHead();
            head.Parse(bytes.AsSpan(0, split), Limit).ShouldBe(ParseState.Incomplete);
            head.Parse(bytes, Limit).ShouldBe(ParseState.Complete);
            head.Length.ShouldBe(end);
            var headers = new HeaderDictionary();
            head.CopyTo(bytes, headers, keepTrailer: false);
            headers["X-A"].ToString().ShouldBe("b");
        }

        var slow = new ResponseHead();
        for (var i = 0; i < end; i++) slow.Parse(bytes.AsSpan(0, i), Limit).ShouldBe(ParseState.Incomplete);
        slow.Parse(bytes, Limit).ShouldBe(ParseState.Complete);
        slow.Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_head_beyond_the_limit_is_refused(bool endless)
    {
        var text = endless ? "HTTP/1.1 200 OK\r\nA: " + new string('b', 5000) : "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 1000)) + "\r\n";
        new ResponseHead().Parse(Encoding.Latin1.GetBytes(text), 4096).ShouldBe(ParseState.Invalid);
    }

    [Fact]
    public void Too_many_fields_are_refused() =>
        new ResponseHead().Parse(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 513)) + "\r\n"), Limit)
            .ShouldBe(ParseState.Invalid);

    [Fact]
    public void The_same_names_and_values_are_the_same_strings()
    {
        var text = "HTTP/1.1 200 OK\r\nX-Unknown-Name: some value\r\nContent-Type: text/x\r\n\r\n";
        var first = Read(text).Headers;
        var second = Read(text).Headers;
        foreach (var (name, value) in first)
        {
            var same = second.Single(field => field.Key == name);
            ReferenceEquals(same.Key, name).ShouldBeTrue();
            ReferenceEquals(same.Value.ToString(), value.ToString()).ShouldBeTrue();
        }
    }

    [Fact]
    public void Any_bytes_give_a_result()
    {
        var random = new Random(7);
        var seed = "HTTP/1.1 200 OK\r\nConnection: a, close\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n"u8.ToArray();
        var head = new ResponseHead();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])seed.Clone();
            for (var n = random.Next(6); n >= 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            head.Reset();
            var cut = random.Next(bytes.Length);
            if (head.Parse(bytes.AsSpan(0, cut), Limit) != ParseState.Incomplete) continue;
            if (head.Parse(bytes, Limit) != ParseState.Complete) continue;
            head.CopyTo(bytes, new HeaderDictionary(), keepTrailer: true);
        }
    }

    private static (ResponseHead Head, HeaderDictionary Headers) Read(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var head = new ResponseHead();
        head.Parse(bytes, Limit).ShouldBe(ParseState.Complete);
        var headers = new HeaderDictionary();
        head.CopyTo(bytes, headers, keepTrailer: false);
        return (head, headers);
    }
}
