using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Listeners;

/// <summary>
/// HTTP/2 that breaks RFC 9113, frame by frame, after the generic cases of h2spec. The answers are those of bare Kestrel, which is asked the same,
/// and in no case an answer to a request that was none.
/// </summary>
public sealed class Http2FrameTests : IAsyncDisposable
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// <summary>GET / on http with the authority a, as HPACK's static table writes it.</summary>
    private const string Get = "\x82\x86\x84\x41\x01\x61";

    private static readonly string Settings = Frame(4, 0, 0, "");

    private static readonly (string Name, string Bytes)[] Cases =
    [
        ("no SETTINGS first", Preface + Frame(6, 0, 0, "12345678")),
        ("a frame above the largest size", Preface + Settings + Frame(0, 0, 1, new string('x', 20000))),
        ("a header frame above the largest size", Preface + Settings + Frame(1, 5, 1, new string('\x82', 20000))),
        ("DATA on stream 0", Preface + Settings + Frame(0, 1, 0, "x")),
        ("DATA on an idle stream", Preface + Settings + Frame(0, 1, 1, "x")),
        ("DATA on a stream that has ended", Preface + Settings + Frame(1, 5, 1, Get) + Frame(0, 1, 1, "x")),
        ("DATA with too much padding", Preface + Settings + Frame(1, 4, 1, Get) + Frame(0, 9, 1, "\x09x")),
        ("HEADERS on stream 0", Preface + Settings + Frame(1, 5, 0, Get)),
        ("HEADERS on an even stream", Preface + Settings + Frame(1, 5, 2, Get)),
        ("HEADERS on a lower stream", Preface + Settings + Frame(1, 5, 5, Get) + Frame(1, 5, 3, Get)),
        ("HEADERS on a stream that has ended", Preface + Settings + Frame(1, 5, 1, Get) + Frame(1, 5, 1, Get)),
        ("HEADERS with too much padding", Preface + Settings + Frame(1, 13, 1, "\xff" + Get)),
        ("HEADERS that depend on themselves", Preface + Settings + Frame(1, 37, 1, "\0\0\0\x01\0" + Get)),
        ("broken HPACK", Preface + Settings + Frame(1, 5, 1, "\xff\xff\xff\xff\xff")),
        ("an index that is not in HPACK's tables", Preface + Settings + Frame(1, 5, 1, Get + "\xf0")),
        ("index 0", Preface + Settings + Frame(1, 5, 1, Get + "\x80")),
        ("a table that grows above its limit", Preface + Settings + Frame(1, 5, 1, "\x3f\xff\xff\x7f" + Get)),
        ("Huffman padding that is too long", Preface + Settings + Frame(1, 5, 1, Get + "\0\x81\xff\x81\xff")),
        ("no path", Preface + Settings + Frame(1, 5, 1, "\x82\x86\x41\x01\x61")),
        ("two paths", Preface + Settings + Frame(1, 5, 1, Get + "\x84")),
        ("no method", Preface + Settings + Frame(1, 5, 1, "\x86\x84\x41\x01\x61")),
        ("an unknown pseudo-field", Preface + Settings + Frame(1, 5, 1, Get + "\0\x02:x\x01y")),
        ("a pseudo-field behind a field", Preface + Settings + Frame(1, 5, 1, "\x82\x86\0\x01x\x01y\x84\x41\x01\x61")),
        ("a pseudo-field of answers", Preface + Settings + Frame(1, 5, 1, Get + "\x88")),
        ("a name in upper case", Preface + Settings + Frame(1, 5, 1, Get + "\0\x01X\x01y")),
        ("a field of the connection", Preface + Settings + Frame(1, 5, 1, Get + "\0\x0a" + "connection\x01y")),
        ("transfer-encoding", Preface + Settings + Frame(1, 5, 1, Get + "\0\x11transfer-encoding\x07" + "chunked")),
        ("TE that is not trailers", Preface + Settings + Frame(1, 5, 1, Get + "\0\x02te\x04gzip")),
        ("a line break in a value", Preface + Settings + Frame(1, 5, 1, Get + "\0\x01x\x04y\r\nz")),
        ("a NUL in a value", Preface + Settings + Frame(1, 5, 1, Get + "\0\x01x\x03y\0z")),
        ("a length that the body has not", Preface + Settings + Frame(1, 4, 1, "\x83\x86\x84\x41\x01\x61\0\x0e" + "content-length\x02" + "10") + Frame(0, 1, 1, "x")),
        ("a path with a space", Preface + Settings + Frame(1, 5, 1, "\x82\x86\x44\x04/a b\x41\x01\x61")),
        ("a path that is no path", Preface + Settings + Frame(1, 5, 1, "\x82\x86\x44\x01x\x41\x01\x61")),
        ("a method with a space", Preface + Settings + Frame(1, 5, 1, "\x42\x03G T\x86\x84\x41\x01\x61")),
        ("PRIORITY of a wrong length", Preface + Settings + Frame(2, 0, 1, "xxxx")),
        ("RST_STREAM on stream 0", Preface + Settings + Frame(3, 0, 0, "\0\0\0\x08")),
        ("RST_STREAM on an idle stream", Preface + Settings + Frame(3, 0, 1, "\0\0\0\x08")),
        ("RST_STREAM of a wrong length", Preface + Settings + Frame(1, 4, 1, Get) + Frame(3, 0, 1, "\0\0\x08")),
        ("SETTINGS on a stream", Preface + Frame(4, 0, 1, "")),
        ("SETTINGS of a wrong length", Preface + Frame(4, 0, 0, "xxx")),
        ("an acknowledgement with a payload", Preface + Settings + Frame(4, 1, 0, "xxxxxx")),
        ("a push setting that is neither", Preface + Frame(4, 0, 0, "\0\x02\0\0\0\x02")),
        ("a window above all limits", Preface + Frame(4, 0, 0, "\0\x04\x80\0\0\0")),
        ("a frame size below all limits", Preface + Frame(4, 0, 0, "\0\x05\0\0\0\x01")),
        ("PUSH_PROMISE from a client", Preface + Settings + Frame(1, 4, 1, Get) + Frame(5, 4, 1, "\0\0\0\x02" + Get)),
        ("PING on a stream", Preface + Settings + Frame(6, 0, 1, "12345678")),
        ("PING of a wrong length", Preface + Settings + Frame(6, 0, 0, "1234567")),
        ("GOAWAY on a stream", Preface + Settings + Frame(7, 0, 1, "\0\0\0\0\0\0\0\0")),
        ("WINDOW_UPDATE by nothing", Preface + Settings + Frame(8, 0, 0, "\0\0\0\0")),
        ("WINDOW_UPDATE above all limits", Preface + Settings + Frame(8, 0, 0, "\x7f\xff\xff\xff") + Frame(8, 0, 0, "\x7f\xff\xff\xff")),
        ("WINDOW_UPDATE of a wrong length", Preface + Settings + Frame(8, 0, 0, "\0\0\x01")),
        ("WINDOW_UPDATE on an idle stream", Preface + Settings + Frame(8, 0, 1, "\0\0\0\x01")),
        ("CONTINUATION without HEADERS", Preface + Settings + Frame(9, 4, 1, Get)),
        ("another frame before CONTINUATION", Preface + Settings + Frame(1, 1, 1, Get) + Frame(6, 0, 0, "12345678")),
        ("CONTINUATION of another stream", Preface + Settings + Frame(1, 1, 1, Get) + Frame(9, 4, 3, "")),
        ("a flood of CONTINUATION", Preface + Settings + Frame(1, 1, 1, Get) + string.Concat(Enumerable.Repeat(Frame(9, 0, 1, "\0\x01x" + "\x7d" + new string('y', 125)), 2000))),
        ("a flood of empty CONTINUATION", Preface + Settings + Frame(1, 1, 1, Get) + string.Concat(Enumerable.Repeat(Frame(9, 0, 1, ""), 5000))),
        ("a flood of resets", Preface + Settings + string.Concat(Enumerable.Range(0, 2000).Select(i => Frame(1, 5, (2 * i) + 1, Get) + Frame(3, 0, (2 * i) + 1, "\0\0\0\x08")))),
    ];

    private readonly TemporaryFolder folder = new();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Broken_frames_are_answered_as_by_Kestrel_and_hurt_nobody(string transport)
    {
        RequestDelegate answer = static http => http.Response.WriteAsync("ok");
        await using var kestrel = await KestrelUpstream.StartAsync(answer, HttpProtocols.Http2);
        await using var upstream = await KestrelUpstream.StartAsync(answer);
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", $"_format_version: '3.0'\nservices:\n- url: http://127.0.0.1:{upstream.Port}\n  routes: [{{paths: [/]}}]\n"), "--transport", transport);
        var bare = new Uri($"http://127.0.0.1:{kestrel.Port}");
        var wrong = new List<string>();
        foreach (var (name, bytes) in Cases)
        {
            // Which of two errors comes first, or whether the end of the connection overtakes one, is a race in both: some outcome is common.
            var (expected, outcomes) = (new HashSet<string>(), new HashSet<string>());
            for (var i = 0; i < 10 && !expected.Overlaps(outcomes); i++)
            {
                expected.Add(await OutcomeAsync(bare, bytes));
                outcomes.Add(await OutcomeAsync(sluice.Proxy[0], bytes));
                if (IsFlood(name) && outcomes.Any(Ends)) break;
            }

            // When a connection dies of a flood, and of what first, is a race as well; that ours dies, where Kestrel's does, is not.
            if (IsFlood(name) && (outcomes.Any(Ends) || !expected.All(Ends))) continue;
            if (!expected.Overlaps(outcomes)) wrong.Add($"{name}: {string.Join(" or ", outcomes)}, and Kestrel: {string.Join(" or ", expected)}");
        }

        (await sluice.GetAsync("/")).ShouldBe((200, "ok"));
        wrong.ShouldBeEmpty();
    }

    private static bool IsFlood(string name) => name.StartsWith("a flood", StringComparison.Ordinal);

    private static bool Ends(string outcome) => !outcome.Contains("goes on", StringComparison.Ordinal);

    /// <summary>The port speaks HTTP/1.1 too: what only begins like the preface is a request of that version which is none.</summary>
    [Fact]
    public async Task A_wrong_preface_is_refused()
    {
        await using var upstream = new ScriptedUpstream("ok");
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", $"_format_version: '3.0'\nservices:\n- url: http://127.0.0.1:{upstream.Port}\n  routes: [{{paths: [/]}}]\n"));
        (await OutcomeAsync(sluice.Proxy[0], "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + Settings)).ShouldStartWith("GOAWAY ");
        upstream.Requests.ShouldBe(0);
    }

    private static string Frame(int type, int flags, int stream, string payload) =>
        $"{(char)(payload.Length >> 16)}{(char)((payload.Length >> 8) & 255)}{(char)(payload.Length & 255)}{(char)type}{(char)flags}{(char)(stream >> 24)}{(char)((stream >> 16) & 255)}{(char)((stream >> 8) & 255)}{(char)(stream & 255)}{payload}";

    /// <summary>The errors that come, until a PING behind everything is answered or the connection ends: GOAWAY 1, RST_STREAM 1, answered, closed.</summary>
    private static async Task<string> OutcomeAsync(Uri to, string bytes)
    {
        using var client = await RawClient.ConnectAsync(to);
        var outcome = new SortedSet<string>();
        try
        {
            await client.SendAsync(bytes + Frame(6, 0, 0, "the last"));
        }
        catch (IOException)
        {
            // Closed while we were talking.
        }

        try
        {
            while (true)
            {
                var head = await client.ReadAsync(9);
                var payload = await client.ReadAsync((head[0] << 16) | (head[1] << 8) | head[2]);
                switch (head[3])
                {
                    case 1:
                        break; // An answer may be overtaken by the error: which one comes first is a race.
                    case 3:
                        outcome.Add($"RST_STREAM {BinaryPrimitives.ReadInt32BigEndian(payload)}");
                        break;
                    case 6 when (head[4] & 1) != 0 && Encoding.ASCII.GetString(payload) == "the last":
                        outcome.Add("goes on");
                        return string.Join(", ", outcome);
                    case 7:
                        outcome.Add($"GOAWAY {BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4))}");
                        return string.Join(", ", outcome);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            outcome.Add("closed");
        }

        return string.Join(", ", outcome);
    }
}
