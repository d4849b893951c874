using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>Requests that can be read in two ways, or in none: each is refused with the status that fits, and its connection ends where it cannot be trusted.</summary>
public sealed class FramingTests(ScriptedGateway gateway) : IClassFixture<ScriptedGateway>
{
    /// <summary>Requests by what is odd about them. PATH stands for a path that is answered with 200.</summary>
    private static readonly (string Name, string Bytes, string Statuses)[] Refused =
    [
        ("length and coding", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("coding and length", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400"),
        ("two lengths that differ", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "400"),
        ("two lengths that agree", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400"),
        ("a list of lengths", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello", "400"),
        ("a negative length", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello", "400"),
        ("a hexadecimal length", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello", "400"),
        ("an empty length", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nhello", "400"),
        ("a length beyond 63 bits", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nhello", "400 413"),
        ("an unknown coding", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", "501 400"),
        ("a coding before chunked", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
        ("a coding behind chunked", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "501 400"),
        ("chunked twice", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "501 400"),
        ("chunked in two fields", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501 400"),
        ("chunked and identity in two fields", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501 400"),
        ("an almost chunked coding", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501 400"),
        ("a quoted coding", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "501 400"),
        ("a vertical tab before chunked", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", "501 400"),
        ("an empty coding", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \r\n\r\n0\r\n\r\n", "501 400"),
        ("a coding in HTTP/1.0", "POST PATH HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("a space before the colon", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", "400"),
        ("a folded field", "GET PATH HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", "400"),
        ("a field that begins with a space", "GET PATH HTTP/1.1\r\n Host: a\r\n\r\n", "400"),
        ("a field without a colon", "GET PATH HTTP/1.1\r\nHost: a\r\nX-A\r\n\r\n", "400"),
        ("a field without a name", "GET PATH HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "400"),
        ("a NUL in a value", "GET PATH HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n", "400"),
        ("a bare CR in a value", "GET PATH HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n", "400"),
        ("no Host", "GET PATH HTTP/1.1\r\n\r\n", "400"),
        ("two Hosts", "GET PATH HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        ("two Hosts that agree", "GET PATH HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"),
        ("a Host with a path", "GET PATH HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
        ("a Host with a user", "GET PATH HTTP/1.1\r\nHost: u@a\r\n\r\n", "400"),
        ("a Host with a space", "GET PATH HTTP/1.1\r\nHost: a b\r\n\r\n", "400"),
        ("a Host list", "GET PATH HTTP/1.1\r\nHost: a, b\r\n\r\n", "400"),
        ("an absolute target of another host", "GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "400"),
        ("a target with a fragment and a space", "GET PATH #x HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a target with a control character", "GET PATH\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a target with a NUL", "GET PATH%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a target that is no path", "GET path HTTP/1.1\r\nHost: a\r\n\r\n", "400 405"),
        ("a star that is no OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400 405"),
        ("a lower-case method", "get PATH HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a mixed-case method", "Get PATH HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a method with a bracket", "GE(T PATH HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("TRACE", "TRACE PATH HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
        ("CONNECT", "CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n", "405"),
        ("CONNECT with a path", "CONNECT PATH HTTP/1.1\r\nHost: a\r\n\r\n", "400 405"),
        ("HTTP/0.9", "GET PATH\r\n\r\n", "400 505"),
        ("HTTP/1.2", "GET PATH HTTP/1.2\r\nHost: a\r\n\r\n", "505"),
        ("HTTP/2.0 in the request line", "GET PATH HTTP/2.0\r\nHost: a\r\n\r\n", "505"),
        ("HTTP/9.9", "GET PATH HTTP/9.9\r\nHost: a\r\n\r\n", "505"),
        ("a version in lower case", "GET PATH http/1.1\r\nHost: a\r\n\r\n", "400 505"),
        ("a version with a zero", "GET PATH HTTP/01.1\r\nHost: a\r\n\r\n", "400 505"),
        ("two spaces in the request line", "GET  PATH HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a tab in the request line", "GET\tPATH HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"),
        ("a bare LF chunk line", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", "400"),
        ("a chunk size with a sign", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", "400"),
        ("a chunk size with 0x", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", "400"),
        ("a chunk size beyond 63 bits", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n", "400"),
        ("a chunk longer than its size", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", "400"),
        ("a chunk size that is missing", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n", "400"),
    ];

    /// <summary>Odd, but with one meaning.</summary>
    private static readonly (string Name, string Bytes)[] Accepted =
    [
        ("a signed length, which goes up without its sign", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello"),
        ("a name that is no token, which stays behind", "GET PATH HTTP/1.1\r\nHost: a\r\nX[A]: b\r\n\r\n"),
        ("chunked in upper case", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"),
        ("a chunk extension", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n"),
        ("trailers", "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: v\r\n\r\n"),
        ("an empty line before the request", "\r\nGET PATH HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("an expectation that nobody knows, which is not passed on", "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 200-ok\r\n\r\nhello"),
        ("an absolute target", "GET http://aPATH HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a method of its own", "BREW PATH HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("OPTIONS", "OPTIONS PATH HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a body on GET", "GET PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
        ("an empty value", "GET PATH HTTP/1.1\r\nHost: a\r\nX-A:\r\n\r\n"),
        ("no space behind the colon", "GET PATH HTTP/1.1\r\nHost:a\r\n\r\n"),
        ("HTTP/1.0 without Host", "GET PATH HTTP/1.0\r\n\r\n"),
        ("a quoted pair in the target", "GET PATH?q=%22%0d%0a HTTP/1.1\r\nHost: a\r\n\r\n"),
    ];

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task What_is_wrong_is_refused_and_named(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        var wrong = new List<string>();
        foreach (var (name, bytes, statuses) in Refused)
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync(bytes.Replace("PATH", path));
            var (head, body) = await client.ReadResponseAsync();
            if (!statuses.Split(' ').Any(s => head.StartsWith($"HTTP/1.1 {s} ", StringComparison.Ordinal))) wrong.Add($"{name}: {head.Split('\r')[0]}, not {statuses}");
            var id = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("X-Kong-Request-Id: ", StringComparison.Ordinal))?[19..] ?? "no id";
            if (!body.Contains(id)) wrong.Add($"{name}: no request id in {body}");

            // Where the end of the request is in doubt, the connection ends with it.
            if (!head.StartsWith("HTTP/1.1 405 ", StringComparison.Ordinal) && !await client.IsClosedAsync()) wrong.Add($"{name}: the connection stays open after {head}");
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task What_is_only_odd_is_served_and_the_next_request_too(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script(async (head, connection) =>
        {
            // The upstream reads what the gateway framed, or the next request would begin in the middle of a body.
            if (head.Contains("X[A]", StringComparison.Ordinal) || head.Contains("Expect:", StringComparison.Ordinal)) return;
            if (head.Contains("chunked", StringComparison.Ordinal)) await ReadUntilAsync(connection, "0\r\n\r\n");
            else if (head.Contains("Content-Length: 5", StringComparison.Ordinal)) await connection.ReadExactlyAsync(new byte[5]);
            await ScriptedUpstream.RespondAsync(connection, "ok");
        });
        var wrong = new List<string>();
        foreach (var (name, bytes) in Accepted)
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync(bytes.Replace("PATH", path));
            var (head, body) = await client.ReadResponseAsync();
            if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || body != "ok") wrong.Add($"{name}: {head}");
            if (bytes.Contains("HTTP/1.0")) continue;
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            if ((await client.ReadResponseAsync()).Body != "ok") wrong.Add($"{name}: the request behind it");
        }

        wrong.ShouldBeEmpty();
    }

    private static async Task ReadUntilAsync(Stream connection, string end)
    {
        var text = new System.Text.StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            await connection.ReadExactlyAsync(one);
            text.Append((char)one[0]);
        }
    }
}
