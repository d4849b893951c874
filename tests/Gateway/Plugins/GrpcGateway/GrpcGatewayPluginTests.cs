using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Foundation.Protobuf;
using Sluice.Foundation.Tests.Protobuf;
using Sluice.Gateway.Plugins.GrpcGateway;
using Sluice.Gateway.Tests.Plugins.GrpcWeb;

namespace Sluice.Gateway.Tests.Plugins.GrpcGateway;

public sealed class GrpcGatewayPluginTests : IDisposable
{
    private static readonly ProtoSchema Schema = ProtoFile.Parse(LibraryProto.Text);

    private readonly string file = Path.Combine(Path.GetTempPath(), $"sluice-{Guid.NewGuid():N}.proto");

    public GrpcGatewayPluginTests() => File.WriteAllText(file, LibraryProto.Text);

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("GET", "/v1/shelves/1/books/2?revision=3&filter.author=jo", null, "/library.v1.Books/Get", """{"name":"shelves/1/books/2","revision":3,"filter":{"author":"jo"}}""")]
    [InlineData("GET", "/v1/books/x%2Fy", null, "/library.v1.Books/Get", """{"name":"x/y","revision":0}""")]
    [InlineData("POST", "/v1/books:find?revision=9", """{"name":"n","revision":1}""", "/library.v1.Books/Get", """{"name":"n","revision":1}""")]
    public async Task Path_query_and_body_become_the_message(string method, string target, string? body, string path, string expected)
    {
        var result = await CallAsync(method, target, body);
        (result.Exchange.Upstream.Method, result.Exchange.Upstream.Path, result.Exchange.Upstream.Query).ShouldBe(("POST", path, ""));
        result.Sent("content-type").ShouldBe("application/grpc");
        Sent(result, "GetBook").ShouldBe(JsonNode.Parse(expected)!.ToJsonString());
    }

    [Fact]
    public async Task A_body_may_be_one_field_and_the_rest_come_from_path_and_query()
    {
        var result = await CallAsync("POST", "/v1/shelves/7/books?dry_run=true", """{"title":"t","pages":5}""");
        var sent = JsonNode.Parse(Sent(result, "AddBook"))!;
        sent["shelf"]!.GetValue<string>().ShouldBe("7");
        sent["dry_run"]!.GetValue<bool>().ShouldBeTrue();
        sent["book"]!["name"]!.GetValue<string>().ShouldBe("t");
    }

    [Fact]
    public async Task Answers_are_json()
    {
        var result = await CallAsync("GET", "/v1/books/a");
        (result.Header("content-type"), result.Header("access-control-allow-origin")).ShouldBe(("application/json", "*"));
        var message = ProtoJson.Encode(new JsonObject { ["name"] = "b" }, Schema.Message("library.v1.Book")!);
        var body = GrpcWebPluginTests.Answer(result, GrpcFrames.Frame(0, message), ("grpc-status", "0"));
        JsonNode.Parse(body)!["name"]!.GetValue<string>().ShouldBe("b");
    }

    [Fact]
    public async Task A_stream_is_lines_that_leave_as_soon_as_they_are_whole()
    {
        var result = await CallAsync("GET", "/v1/watch");
        var transform = result.Exchange.StreamTransform.ShouldNotBeNull();
        var frames = new[] { "a", "b" }.SelectMany(n => GrpcFrames.Frame(0, ProtoJson.Encode(new JsonObject { ["name"] = n }, Schema.Message("library.v1.Book")!))).ToArray();
        var output = new ArrayBufferWriter<byte>();
        transform.Write(frames.AsSpan(0, 3), output);
        output.WrittenCount.ShouldBe(0);
        transform.Write(frames.AsSpan(3, 6), output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldMatch("^\\{\"name\":\"a\".*\\}\n$");
        transform.Write(frames.AsSpan(9), output);
        transform.End(new HeaderDictionary(), output);
        Encoding.UTF8.GetString(output.WrittenSpan).Split('\n').Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("5", 404)]
    [InlineData("16", 401)]
    [InlineData("8", 429)]
    [InlineData("99", 500)]
    [InlineData("0", 200)]
    public async Task A_status_told_in_the_head_is_one_of_http(string grpc, int http) =>
        (await CallAsync("GET", "/v1/books/a", prepare: response => response.Headers["grpc-status"] = grpc)).Status.ShouldBe(http);

    [Theory]
    [InlineData("GET", "/nowhere", null, "failed to transcode .proto file Unknown path \"/nowhere\"")]
    [InlineData("PUT", "/v1/books/a", null, "failed to transcode .proto file Unknown method \"put\"")]
    [InlineData("POST", "/v1/books:find", "[1]", "body must be a table")]
    [InlineData("POST", "/v1/books:find", "{", "the body is not JSON")]
    [InlineData("GET", "/v1/books/a?revision=x", null, "revision: a whole number is expected")]
    public async Task What_cannot_be_transcoded_is_refused(string method, string target, string? body, string reason)
    {
        var result = await CallAsync(method, target, body);
        (result.Status, result.Body).ShouldBe((400, reason));
    }

    [Fact]
    public async Task Options_is_answered_for_cors()
    {
        var result = await CallAsync("OPTIONS", "/v1/books/a");
        (result.Status, result.Body, result.Header("Access-Control-Allow-Methods")).ShouldBe((200, "OK", "GET,POST,PATCH,DELETE"));
    }

    [Fact]
    public async Task Without_a_proto_file_every_request_is_refused()
    {
        var result = await new PluginHarness().Use("grpc-gateway", new GrpcGatewayConfig()).SendAsync();
        (result.Status, result.Body).ShouldBe((400, "transcoding requests require a .proto file defining the service"));
    }

    private Task<PluginResult> CallAsync(string method, string target, string? body = null, Action<HttpResponse>? prepare = null)
    {
        var harness = new PluginHarness
        {
            Upstream = exchange =>
            {
                prepare?.Invoke(exchange.Response);
                return [];
            },
        };
        return harness.Use("grpc-gateway", new GrpcGatewayConfig { Proto = file }).SendAsync(target, method, body: body is null ? null : Encoding.UTF8.GetBytes(body));
    }

    /// <summary>The message that the upstream gets, read back.</summary>
    private static string Sent(PluginResult result, string type)
    {
        var frames = new GrpcFrames();
        frames.Add(result.Exchange.BufferedRequestBody);
        frames.TryTake(out var message).ShouldBeTrue();
        return Encoding.UTF8.GetString(ProtoJson.Decode(message, Schema.Message("library.v1." + type)!)!);
    }
}
