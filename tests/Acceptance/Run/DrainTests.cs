using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>SIGTERM: no new connections, what is under way is finished.</summary>
public sealed class DrainTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScriptedUpstream upstream;

    public DrainTests() => upstream = new ScriptedUpstream(async (_, connection) =>
    {
        asked.TrySetResult();
        await release.Task;
        await ScriptedUpstream.RespondAsync(connection, "late");
    });

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_request_under_way_is_answered_and_its_connection_closed()
    {
        await using var sluice = await ServeAsync();
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        await asked.Task.WaitAsync(RawClient.Patience);

        sluice.Signal(PosixSignal.SIGTERM);
        await RefusesConnectionsAsync(sluice.Proxy[0]);
        release.SetResult();

        var (head, body) = await client.ReadResponseAsync();
        head.ShouldStartWith("HTTP/1.1 200");
        head.ShouldContain("Connection: close", Case.Insensitive);
        body.ShouldBe("late");
        (await client.IsClosedAsync()).ShouldBeTrue();
        var ended = await sluice.WaitForExitAsync();
        ended.ExitCode.ShouldBe(0);
        ended.Output.ShouldEndWith("ended\n");
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_cut_off()
    {
        await using var sluice = await ServeAsync("--drain-timeout", "1");
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        await asked.Task.WaitAsync(RawClient.Patience);

        sluice.Signal(PosixSignal.SIGTERM);
        var ended = await sluice.WaitForExitAsync();
        ended.ExitCode.ShouldBe(0);
        ended.Output.ShouldContain("some requests were cut off");
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var sluice = await ServeAsync();
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        await asked.Task.WaitAsync(RawClient.Patience);

        sluice.Signal(PosixSignal.SIGTERM);
        await RefusesConnectionsAsync(sluice.Proxy[0]);
        sluice.Signal(PosixSignal.SIGTERM);
        (await sluice.WaitForExitAsync()).ExitCode.ShouldBe(130);
    }

    [Fact]
    public async Task Readiness_turns_while_it_drains()
    {
        await using var sluice = await ServeAsync();
        (await sluice.AdminAsync("/health/ready")).Status.ShouldBe(200);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        await asked.Task.WaitAsync(RawClient.Patience);

        sluice.Signal(PosixSignal.SIGTERM);
        await RefusesConnectionsAsync(sluice.Proxy[0]);
        (await sluice.AdminAsync("/health/ready")).Status.ShouldBe(503);
        (await sluice.AdminAsync("/health/live")).Status.ShouldBe(200);
    }

    private static Task RefusesConnectionsAsync(Uri to) => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(to.Host, to.Port);
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        },
        "no connection is accepted any more");

    private Task<SluiceProcess> ServeAsync(params string[] further) =>
        SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), further);
}
