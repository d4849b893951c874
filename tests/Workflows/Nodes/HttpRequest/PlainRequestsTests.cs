using System.IO.Compression;
using System.Text;
using Sluice.Foundation.Http;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Nodes.HttpRequest;

/// <summary>Requests that go over a lent client: exactly what is sent, and what becomes of its answers.</summary>
public sealed class PlainRequestsTests
{
    private readonly List<string> _sent = [];
    private readonly Queue<(string Head, byte[] Body)> _answers = new();

    [Fact]
    public async Task Sends_the_request_as_it_should_be_on_the_wire()
    {
        Answer("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n\r\n", """{"a":1}""");
        var items = await RunAsync("""
            {"method": "POST", "url": "http://Shop.test:8080/a b?x=1#f", "sendQuery": true, "queryParameters": {"parameters": [{"name": "q", "value": "ä"}]},
             "sendHeaders": true, "headerParameters": {"parameters": [{"name": "X-Test", "value": "a"}]}, "sendBody": true, "bodyParameters": {"parameters": [{"name": "a", "value": 1}]}}
            """);
        Runs.Workflows.Show(items).ShouldBe("""[{"a":1}]""");
        var lines = _sent.ShouldHaveSingleItem().Split("\r\n");
        lines[0].ShouldBe("POST /a%20b?x=1&q=%C3%A4 HTTP/1.1");
        lines[1..].ShouldContain("Host: shop.test:8080");
        lines[1..].ShouldContain("X-Test: a");
        lines[1..].ShouldContain("Content-Type: application/json");
        lines[1..].ShouldContain("Content-Length: 7");
        lines[1..].ShouldContain("Accept-Encoding: gzip, deflate, br");
        lines[^2..].ShouldBe(["", """{"a":1}"""]);
        lines.Count(l => l.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase)).ShouldBe(1);
    }

    [Theory]
    [InlineData("GET", false)]
    [InlineData("DELETE", false)]
    [InlineData("POST", true)]
    [InlineData("PATCH", true)]
    public async Task Says_a_length_of_nothing_where_a_body_could_be(string method, bool says)
    {
        Answer("HTTP/1.1 204 No Content\r\n\r\n");
        await RunAsync("""{"method": "METHOD", "url": "http://a.test/"}""".Replace("METHOD", method));
        _sent[0].Contains("Content-Length: 0\r\n").ShouldBe(says);
        _sent[0].ShouldEndWith("\r\n\r\n");
    }

    [Theory]
    [InlineData("""{"url": "https://127.0.0.1/"}""")]
    [InlineData("""{"url": "http://127.0.0.1/", "options": {"proxy": "http://127.0.0.1:1"}}""")]
    [InlineData("""{"url": "http://127.0.0.1/", "sendHeaders": true, "headerParameters": {"parameters": [{"name": "Connection", "value": "close"}]}}""")]
    [InlineData("""{"url": "http://127.0.0.1/", "sendHeaders": true, "headerParameters": {"parameters": [{"name": "transfer-encoding", "value": "chunked"}]}}""")]
    [InlineData("""{"url": "http://127.0.0.1/", "sendHeaders": true, "headerParameters": {"parameters": [{"name": "X-A", "value": "ä"}]}}""")]
    public async Task Leaves_everything_else_to_the_framework(string parameters)
    {
        (await Should.ThrowAsync<NodeException>(() => RunAsync(parameters))).Message.ShouldNotContain("nonsense");
        _sent.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw deflate")]
    [InlineData("br")]
    public async Task Unpacks(string coding)
    {
        Answer($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: {coding.Split(' ')[^1]}\r\nContent-Length: 99\r\nX-A: b\r\n\r\n", Pack(coding, "hello"));
        var item = (await RunAsync("""{"url": "http://a.test/", "options": {"response": {"response": {"fullResponse": true}}}}"""))[0].Json;
        item["data"].AsString.ShouldBe("hello");
        JsJson.WriteString(item["headers"]).ShouldBe("""{"content-type":"text/plain","x-a":"b"}""");
    }

    [Fact]
    public async Task Unpacks_no_more_than_an_answer_may_have()
    {
        Answer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", Pack("gzip", new string('a', 5000)));
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "http://a.test/"}"""))).Message.ShouldBe("the answer is longer than 4096 bytes");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Says_that_an_answer_is_not_packed_as_it_says(string coding)
    {
        Answer($"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07, 0x08]);
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "http://a.test/"}"""))).Message.ShouldBe("the answer of a.test broke off: it cannot be unpacked");
    }

    [Fact]
    public async Task Follows_redirects_and_gives_fields_status_and_reason()
    {
        Answer("HTTP/1.1 302 Found\r\nLocation: /b?c\r\n\r\n");
        Answer("HTTP/1.1 203 Not mine\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-A: 1\r\nX-A: 2\r\n\r\n", "text");
        var item = (await RunAsync("""{"url": "http://a.test/", "options": {"response": {"response": {"fullResponse": true}}}}"""))[0].Json;
        JsJson.WriteString(item).ShouldBe("""{"data":"text","headers":{"set-cookie":["a=1","b=2"],"x-a":"1, 2"},"statusCode":203,"statusMessage":"Not mine"}""");
        _sent.Select(s => s.Split("\r\n")[0]).ShouldBe(["GET / HTTP/1.1", "GET /b?c HTTP/1.1"]);
    }

    [Fact]
    public async Task Tells_what_was_wrong_with_an_answer()
    {
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "http://a.test/"}"""))).Message.ShouldBe("the answer of a.test is not valid HTTP: nonsense");
    }

    [Fact]
    public async Task Names_what_stands_in_for_a_file()
    {
        Answer("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"x/bill.pdf\"\r\n\r\n", "%PDF");
        var file = (await RunAsync("""{"url": "http://a.test/a/b.bin"}"""))[0].Binary!["data"];
        (file.FileName, file.MimeType, file.FileExtension, file.Size).ShouldBe(("bill.pdf", "application/pdf", "pdf", 4));
    }

    private void Answer(string head, string body = "") => Answer(head, Encoding.UTF8.GetBytes(body));

    private void Answer(string head, byte[] body) => _answers.Enqueue((head, body));

    private static byte[] Pack(string coding, string text)
    {
        using var packed = new MemoryStream();
        using (Stream stream = coding switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest), "br" => new BrotliStream(packed, CompressionLevel.Fastest), "deflate" => new ZLibStream(packed, CompressionLevel.Fastest), _ => new DeflateStream(packed, CompressionLevel.Fastest) })
            stream.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private async Task<IReadOnlyList<Item>> RunAsync(string parameters)
    {
        var check = NodeFixture.Load(new JsObject { ["name"] = "Node", ["type"] = "http-request", ["parameters"] = JsJson.Parse(parameters) });
        check.Problems.ShouldBeEmpty();
        // The framework's client reaches nothing: no address is a public one.
        var services = new NodeServices { GuardsAddresses = _ => true, Http = new OutgoingHttp { MaximumResponse = 4096, Plain = _ => new Recorded(this) } };
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse("[{}]"))], services))[0];
    }

    private sealed class Recorded(PlainRequestsTests test) : PlainHttpClient
    {
        public override ValueTask<PlainHttpAnswer> SendAsync(PlainHttpRequest request, CancellationToken cancel)
        {
            test._sent.Add(Encoding.UTF8.GetString(request.Bytes.Span));
            if (!test._answers.TryDequeue(out var answer)) throw new HttpRequestException(HttpRequestError.InvalidResponse, "nonsense");
            return new(new PlainHttpAnswer(int.Parse(answer.Head.AsSpan(9, 3)), Encoding.Latin1.GetBytes(answer.Head), answer.Body));
        }

        public override void Dispose()
        {
        }
    }
}
