using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins.Compression;

public sealed class CompressionPluginTests : IAsyncLifetime
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i * 7919 % 1000}\n"));

    private readonly HttpClient client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private HttpStandIn upstream = null!;

    public async ValueTask InitializeAsync() => upstream = await HttpStandIn.StartAsync();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("gzip", true, 200, TransportKind.Sockets)]
    [InlineData("gzip", false, 200_000, TransportKind.Sockets)]
    [InlineData("br", true, 20_000, TransportKind.Auto)]
    [InlineData("br", true, 200_000, TransportKind.Auto)]
    [InlineData("br", false, 2_000, TransportKind.Auto)]
    [InlineData("gzip", false, 200_000, TransportKind.Auto)]
    public async Task Bodies_are_compressed_with_and_without_a_length(string encoding, bool hasLength, int length, TransportKind transport)
    {
        var body = Text[..length];
        upstream.Answer = (_, response) => WriteAsync(response, body, hasLength);
        await using var gateway = await StartAsync("{min_length: 100}", transport);
        for (var i = 0; i < 3; i++)
        {
            using var response = await GetAsync(gateway, encoding);
            response.Content.Headers.ContentEncoding.ShouldBe([encoding]);
            response.Headers.ETag!.IsWeak.ShouldBeTrue();
            response.Headers.Vary.ShouldBe(["Accept-Encoding"]);
            response.Headers.AcceptRanges.ShouldBeEmpty();
            var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            bytes.Length.ShouldBeLessThan(length);
            Decode(encoding, bytes).ShouldBe(body);
        }
    }

    [Theory]
    [InlineData("{}", "text/plain", "", 500)]
    [InlineData("{}", "image/png", "", 5000)]
    [InlineData("{types: [text/html]}", "text/plain", "", 5000)]
    [InlineData("{}", "text/plain", "Cache-Control: public, no-transform", 5000)]
    [InlineData("{}", "text/plain", "Content-Encoding: zstd", 5000)]
    [InlineData("{}", "text/plain", "Content-Range: bytes 0-4999/9000", 5000)]
    [InlineData("{skip_with_credentials: true}", "text/plain", "", 5000, "Cookie: a=b")]
    [InlineData("{}", "text/plain", "", 5000, "Cache-Control: no-transform")]
    public async Task Some_bodies_stay_as_they_are(string config, string type, string field, int length, string requestField = "X-A: b")
    {
        var body = Text[..length];
        upstream.Answer = (_, response) =>
        {
            if (field.Split(": ") is [var name, var value]) response.Headers[name] = value;
            return WriteAsync(response, body, hasLength: true, type);
        };
        await using var gateway = await StartAsync(config);
        var answer = await gateway.GetAsync("/", $"Accept-Encoding: gzip, br\r\n{requestField}\r\n");
        answer.ShouldEndWith("\r\n\r\n" + body);
        answer.ShouldContain($"Content-Length: {length}");
        answer.ShouldContain("ETag: \"tag\"");
    }

    [Fact]
    public async Task What_has_no_body_is_left_alone()
    {
        await using var gateway = await StartAsync("{}");
        upstream.Answer = (_, response) =>
        {
            response.StatusCode = response.HttpContext.Request.Path == "/none" ? 204 : response.HttpContext.Request.Path == "/same" ? 304 : 200;
            response.ContentType = "text/plain";
            if (response.StatusCode == 200) response.ContentLength = 5000;
            return Task.CompletedTask;
        };
        (await gateway.GetAsync("/none", "Accept-Encoding: gzip\r\n")).ShouldNotContain("Content-Encoding");
        (await gateway.GetAsync("/same", "Accept-Encoding: gzip\r\n")).ShouldNotContain("Content-Encoding");
        var head = await gateway.SendAsync("HEAD / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n");
        head.ShouldContain("Content-Length: 5000");
        head.ShouldContain("Vary: Accept-Encoding");
        head.ShouldNotContain("Content-Encoding");
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Events_arrive_as_they_happen(string encoding)
    {
        var seen = new SemaphoreSlim(0);
        upstream.Answer = async (_, response) =>
        {
            response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await response.WriteAsync($"data: {i}\n\n");
                await response.Body.FlushAsync();
                await seen.WaitAsync(TimeSpan.FromSeconds(60));
            }
        };
        await using var gateway = await StartAsync("{}", TransportKind.Auto);
        using var response = await GetAsync(gateway, encoding);
        response.Content.Headers.ContentEncoding.ShouldBe([encoding]);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(encoding is "br" ? new BrotliStream(stream, CompressionMode.Decompress) : new GZipStream(stream, CompressionMode.Decompress));
        for (var i = 0; i < 3; i++)
        {
            // The next is sent only when this one has come.
            (await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(2 * Eventually.Patience)).ShouldBe($"data: {i}");
            await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            seen.Release();
        }

        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBe("");
    }

    [Fact]
    public async Task A_cache_keeps_the_plain_bytes_for_everybody()
    {
        var asked = 0;
        upstream.Answer = (_, response) =>
        {
            asked++;
            response.Headers.CacheControl = "max-age=600";
            return WriteAsync(response, Text, hasLength: false);
        };
        await using var gateway = await StartAsync("{}", TransportKind.Auto, "{name: http-cache}");
        foreach (var encoding in new[] { "gzip", "br", "gzip" })
        {
            using var response = await GetAsync(gateway, encoding);
            Decode(encoding, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(Text);
        }

        using var plain = await GetAsync(gateway, "identity");
        (await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe(Text);
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Answers_of_the_gateway_are_compressed_too_and_an_upstream_that_breaks_off_is_seen_to()
    {
        await using var gateway = await StartAsync("{min_length: 1}", TransportKind.Auto, $"{{name: request-termination, config: {{status_code: 403, body: '{new string('x', 500)}', content_type: text/plain, trigger: stop}}}}");
        using var refused = await client.SendAsync(Request(gateway, "gzip", "/?stop=1"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Decode("gzip", await refused.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(new string('x', 500));

        upstream.Answer = async (_, response) =>
        {
            response.ContentType = "text/plain";
            await response.WriteAsync(Text);
            await response.Body.FlushAsync();
            response.HttpContext.Abort();
        };
        await Should.ThrowAsync<HttpRequestException>(async () =>
        {
            using var broken = await client.SendAsync(Request(gateway, "gzip", "/"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await broken.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        });
    }

    private static async Task WriteAsync(HttpResponse response, string body, bool hasLength, string type = "text/plain")
    {
        response.ContentType = type;
        response.Headers.ETag = "\"tag\"";
        response.Headers.AcceptRanges = "bytes";
        if (hasLength) response.ContentLength = body.Length;
        await response.WriteAsync(body);
    }

    private static string Decode(string encoding, byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        using var decoder = encoding is "br" ? (Stream)new BrotliStream(input, CompressionMode.Decompress) : new GZipStream(input, CompressionMode.Decompress);
        using var reader = new StreamReader(decoder, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static HttpRequestMessage Request(GatewayUnderTest gateway, string encoding, string target) =>
        new(HttpMethod.Get, $"http://127.0.0.1:{gateway.Port}{target}") { Headers = { { "Accept-Encoding", encoding } } };

    private Task<HttpResponseMessage> GetAsync(GatewayUnderTest gateway, string encoding) =>
        client.SendAsync(Request(gateway, encoding, "/"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WaitAsync(2 * Eventually.Patience);

    private Task<GatewayUnderTest> StartAsync(string config, TransportKind transport = TransportKind.Sockets, string other = "") => GatewayUnderTest.StartAsync(
        $$"""
        _format_version: "3.0"
        services: [{url: "{{upstream.Url}}", routes: [{paths: [/]}]}]
        plugins: [{name: compression, config: {{config}}}, {{other}}]
        """.Replace(", ]", "]", StringComparison.Ordinal),
        kind: transport);
}
