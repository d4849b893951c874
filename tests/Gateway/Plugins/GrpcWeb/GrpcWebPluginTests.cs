using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Foundation.Protobuf;
using Sluice.Gateway.Plugins.GrpcWeb;

namespace Sluice.Gateway.Tests.Plugins.GrpcWeb;

public sealed class GrpcWebPluginTests : IDisposable
{
    private const string Proto = """
        syntax = "proto3"; package hello;
        service Greeter { rpc Greet (Name) returns (Name); }
        message Name { string name = 1; }
        """;

    private static readonly byte[] Frame = GrpcFrames.Frame(0, "\n\x02jo"u8);

    private readonly string file = Path.Combine(Path.GetTempPath(), $"sluice-{Guid.NewGuid():N}.proto");

    public GrpcWebPluginTests() => File.WriteAllText(file, Proto);

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task Binary_messages_pass_and_the_end_becomes_a_frame()
    {
        var result = await CallAsync("application/grpc-web+proto", Frame);
        result.Sent("content-type").ShouldBe("application/grpc");
        result.Sent("te").ShouldBe("trailers");
        result.Exchange.Upstream.Path.ShouldBe("/hello.Greeter/Greet");
        result.Header("content-type").ShouldBe("application/grpc-web+proto");
        result.Header("access-control-allow-origin").ShouldBe("*");
        Answer(result, Frame, ("grpc-status", "0"), ("grpc-message", ""))
            .ShouldBe([.. Frame, .. GrpcFrames.Frame(0x80, "grpc-status:0\r\ngrpc-message:\r\n"u8)]);
    }

    [Fact]
    public async Task Text_is_base64_piece_by_piece()
    {
        var sent = Convert.ToBase64String(Frame.AsSpan(0, 4)) + Convert.ToBase64String(Frame.AsSpan(4));
        var result = await CallAsync("application/grpc-web-text", Encoding.ASCII.GetBytes(sent));
        result.Exchange.BufferedRequestBody.ShouldBe(Frame);
        var text = Encoding.ASCII.GetString(Answer(result, Frame, ("grpc-status", "5"), ("grpc-message", "no")));
        text.ShouldBe(Convert.ToBase64String(Frame) + Convert.ToBase64String(GrpcFrames.Frame(0x80, "grpc-status:5\r\ngrpc-message:no\r\n"u8)));
    }

    [Theory]
    [InlineData("application/json", """{"name":"jo"}""", """{"name":"jo"}""")]
    [InlineData("application/grpc-web+json", "\0\0\0\0\r{\"name\":\"jo\"}", "\0\0\0\0\r{\"name\":\"jo\"}\u0080\0\0\0\u001egrpc-status:0\r\ngrpc-message:\r\n")]
    public async Task Json_is_turned_into_messages_and_back(string type, string body, string expected)
    {
        var result = await CallAsync(type, Encoding.Latin1.GetBytes(body), file);
        result.Exchange.BufferedRequestBody.ShouldBe(Frame);
        Encoding.Latin1.GetString(Answer(result, Frame, ("grpc-status", "0"))).ShouldBe(expected);
    }

    [Fact]
    public async Task A_failure_told_in_the_head_is_in_the_last_frame()
    {
        var result = await CallAsync("application/grpc-web", Frame, prepare: response => response.Headers["grpc-status"] = "12");
        Encoding.ASCII.GetString(Answer(result, []).AsSpan(5)).ShouldBe("grpc-status:12\r\ngrpc-message:\r\n");
    }

    [Theory]
    [InlineData("application/json", null, "transcoding requests require a .proto file defining the service")]
    [InlineData("text/plain", null, "transcoding requests require a .proto file defining the service")]
    public async Task What_cannot_be_transcoded_is_refused(string type, string? proto, string reason)
    {
        var result = await CallAsync(type, "{}"u8.ToArray(), proto);
        (result.Status, result.Body).ShouldBe((400, reason));
    }

    [Fact]
    public async Task An_unknown_method_and_a_bad_body_are_refused()
    {
        (await CallAsync("application/json", "{}"u8.ToArray(), file, "/hello.Greeter/Nothing")).Body.ShouldBe("Unkown path \"/hello.Greeter/Nothing\"");
        (await CallAsync("application/json", "{"u8.ToArray(), file)).Body.ShouldBe("the body is not JSON");
        (await CallAsync("application/grpc-web-text", "%%%"u8.ToArray(), file)).Body.ShouldBe("the body is not base64");
    }

    [Fact]
    public async Task Options_is_answered_for_cors()
    {
        var result = await new PluginHarness().Use("grpc-web", new GrpcWebConfig { AllowOriginHeader = "https://a.test" }).SendAsync("/x", "OPTIONS");
        (result.Status, result.Body, result.Header("Access-Control-Allow-Origin"), result.Header("Access-Control-Allow-Methods"))
            .ShouldBe((200, "OK", "https://a.test", "POST"));
        result.Header("Access-Control-Allow-Headers").ShouldBe("content-type,x-grpc-web,x-user-agent");
    }

    [Theory]
    [InlineData(true, "/stripped")]
    [InlineData(false, "/hello.Greeter/Greet")]
    [InlineData(null, "/hello.Greeter/Greet")]
    public async Task The_path_is_stripped_only_if_asked(bool? strip, string expected)
    {
        var result = await new PluginHarness().Use("grpc-web", new GrpcWebConfig { PassStrippedPath = strip }).SendAsync(
            "/hello.Greeter/Greet", "POST", [("Content-Type", "application/grpc-web")], Frame, e => e.Upstream.Path = "/stripped");
        result.Exchange.Upstream.Path.ShouldBe(expected);
    }

    private static async Task<PluginResult> CallAsync(
        string type, byte[] body, string? proto = null, string path = "/hello.Greeter/Greet", Action<HttpResponse>? prepare = null)
    {
        var harness = new PluginHarness
        {
            Upstream = exchange =>
            {
                prepare?.Invoke(exchange.Response);
                return [];
            },
        };
        return await harness.Use("grpc-web", new GrpcWebConfig { Proto = proto }).SendAsync(path, "POST", [("Content-Type", type)], body);
    }

    /// <summary>What the client gets when the upstream sends <paramref name="body"/> and then the trailers.</summary>
    internal static byte[] Answer(PluginResult result, byte[] body, params (string Name, string Value)[] trailers)
    {
        var output = new ArrayBufferWriter<byte>();
        var transform = result.Exchange.StreamTransform.ShouldNotBeNull();
        if (body.Length > 0) transform.Write(body, output);
        var end = new HeaderDictionary();
        foreach (var (name, value) in trailers) end[name] = value;
        transform.End(end, output);
        return output.WrittenSpan.ToArray();
    }
}
