using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Acceptance.Grpc;

public sealed class GrpcWebTests(GrpcLibraryFixture library) : IClassFixture<GrpcLibraryFixture>
{
    /// <summary>library.v1.Request { name: "n" count: 2 }</summary>
    private static readonly byte[] Request = [0x0A, 1, (byte)'n', 0x48, 2];

    /// <summary>library.v1.Everything { text { value: "t" } }</summary>
    private static readonly byte[] Everything = [0x42, 3, 0x0A, 1, (byte)'t'];

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpc-web-text")]
    [InlineData("application/grpc-web-text+proto")]
    public async Task A_call_gets_its_message_and_its_trailers_in_a_frame(string type)
    {
        using var answer = await CallAsync(type, "Echo", Everything);
        ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((200, type));
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("x-head").ShouldBe(["h"]);
        var frames = await FramesAsync(answer, type);
        frames.Select(f => f.Flags).ShouldBe([(byte)0, (byte)0x80]);
        frames[0].Message.ShouldBe(Everything);
        var trailers = Encoding.ASCII.GetString(frames[1].Message).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        trailers.ShouldContain("grpc-status:0");
        trailers.ShouldContain("x-tail:t");
    }

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task A_stream_is_a_frame_for_each_message(string type)
    {
        using var answer = await CallAsync(type, "Watch", Request);
        (await FramesAsync(answer, type)).Select(f => f.Flags).ShouldBe([(byte)0, (byte)0, (byte)0x80]);
    }

    [Fact]
    public async Task An_error_is_told_in_the_last_frame()
    {
        using var answer = await CallAsync("application/grpc-web", "Fail", [8, 5]);
        var frame = (await FramesAsync(answer, "application/grpc-web")).ShouldHaveSingleItem();
        (frame.Flags, Encoding.ASCII.GetString(frame.Message)).ShouldBe(((byte)0x80, "grpc-status:5\r\ngrpc-message:no:%20%C3%BC\r\n"));
    }

    [Fact]
    public async Task Json_may_be_spoken_too()
    {
        using var content = new StringContent("""{"text":"t"}""", Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await library.AnswerAsync("web.test", "POST", "/library.v1.Library/Echo", content);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["text"]!.GetValue<string>().ShouldBe("t");
    }

    [Fact]
    public async Task Browsers_may_ask_before()
    {
        using var answer = await library.AnswerAsync("web.test", "OPTIONS", "/library.v1.Library/Echo");
        ((int)answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Methods").Single()).ShouldBe((200, "POST"));
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    private Task<HttpResponseMessage> CallAsync(string type, string method, byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        var content = new ByteArrayContent(type.Contains("-text", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frame)) : frame);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return library.AnswerAsync("web.test", "POST", "/library.v1.Library/" + method, content);
    }

    private static async Task<List<(byte Flags, byte[] Message)>> FramesAsync(HttpResponseMessage answer, string type)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        // Pieces of text are padded each; a quantum of four characters stands for itself.
        if (type.Contains("-text", StringComparison.Ordinal)) bytes = [.. Encoding.ASCII.GetString(bytes).Chunk(4).SelectMany(c => Convert.FromBase64String(new string(c)))];
        var frames = new List<(byte, byte[])>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 1));
            frames.Add((bytes[at], bytes[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }

        return frames;
    }
}
