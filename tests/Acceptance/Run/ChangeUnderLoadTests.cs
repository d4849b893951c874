using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>Reloads, bad files and the end of the process while requests run.</summary>
public sealed class ChangeUnderLoadTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Twenty_reloads_fail_no_request_and_close_no_WebSocket(string transport)
    {
        await using var upstream = await KestrelUpstream.StartAsync(async http =>
        {
            if (!http.WebSockets.IsWebSocketRequest)
            {
                await http.Response.Body.WriteAsync("ok"u8.ToArray());
                return;
            }

            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            while ((await socket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
                await socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        });
        folder.Write("kong.yml", Configuration(upstream.Port, 0));
        await using var sluice = await SluiceProcess.ServeAsync(folder.PathOf("kong.yml"), "--transport", transport);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(sluice.Proxy[0]) { Scheme = "ws" }.Uri, CancellationToken.None);

        using var load = new BackgroundLoad(sluice.Proxy[0]);
        for (var i = 1; i <= 20; i++)
        {
            folder.Write("kong.yml", Configuration(upstream.Port, i));
            sluice.Signal(PosixSignal.SIGHUP);
            var generation = i + 1;
            await Eventually.HoldsAsync(async () => await GenerationAsync(sluice) >= generation, $"reload {i}");
        }

        await load.ShouldHaveGoneWellAsync();
        await socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        using var limit = new CancellationTokenSource(RawClient.Patience);
        (await socket.ReceiveAsync(new byte[10], limit.Token)).Count.ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task The_end_waits_for_slow_answers_and_cuts_nobody_off(string transport)
    {
        var asked = 0;
        var release = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst"u8.ToArray());
            Interlocked.Increment(ref asked);
            await release.Task;
            await connection.WriteAsync(" half"u8.ToArray());
        });
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), "--transport", transport);
        using var http2 = new HttpClient { DefaultRequestVersion = System.Net.HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = RawClient.Patience };
        using var http1 = new HttpClient { Timeout = RawClient.Patience };
        var answers = new[] { http1, http2, http1, http2 }.Select(c => c.GetStringAsync(sluice.Proxy[0])).ToArray();
        using var idle = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await Eventually.HoldsAsync(() => Volatile.Read(ref asked) == 4, "all are being answered");
        sluice.Signal(PosixSignal.SIGTERM);
        (await idle.ReadToEndAsync()).ShouldBe("");
        release.SetResult();
        foreach (var answer in answers) (await answer).ShouldBe("first half");
        (await sluice.WaitForExitAsync()).ExitCode.ShouldBe(0);
    }

    private static async Task<int> GenerationAsync(SluiceProcess sluice) =>
        JsonDocument.Parse((await sluice.AdminAsync("/status")).Body).RootElement.GetProperty("configuration").GetProperty("generation").GetInt32();

    private static string Configuration(int port, int number) =>
        $"{Configurations.OneRoute(port)}\n    tags: [number-{number}]\nplugins:\n- name: correlation-id\n  config: {{header_name: X-Number-{number}}}\n";
}
