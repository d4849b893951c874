using System.Text.Json;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.UdpLog;
using Sluice.Gateway.Tests.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.UdpLog;

public sealed class UdpLogPluginTests
{
    [Fact]
    public async Task Each_request_is_one_datagram()
    {
        using var sink = new UdpSink();
        var harness = new PluginHarness().Use("udp-log", new UdpLogConfig { Host = "127.0.0.1", Port = sink.Port });
        await harness.SendAsync("/a?b=1");
        await harness.SendAsync("/c");
        Uri(await sink.ReceiveAsync()).ShouldBe("/a?b=1");
        Uri(await sink.ReceiveAsync()).ShouldBe("/c");
    }

    [Fact]
    public async Task What_is_too_large_for_a_datagram_is_lost_and_counted_and_the_next_one_is_sent()
    {
        using var sink = new UdpSink();
        using var sender = new DatagramSender("127.0.0.1", sink.Port, TimeProvider.System);
        (await sender.SendAsync(new byte[70_000], CancellationToken.None)).ShouldNotBeNull().ShouldContain("127.0.0.1");
        (await sender.SendAsync("ok"u8.ToArray(), CancellationToken.None)).ShouldBeNull();
        (await sink.ReceiveAsync()).ShouldBe("ok");
    }

    [Fact]
    public async Task A_name_that_is_not_found_is_told()
    {
        using var sender = new DatagramSender("no-such-name.invalid", 1, TimeProvider.System);
        (await sender.SendAsync("x"u8.ToArray(), CancellationToken.None)).ShouldNotBeNull().ShouldStartWith("no-such-name.invalid:1: ");
    }

    private static string? Uri(string entry) => JsonDocument.Parse(entry).RootElement.GetProperty("request").GetProperty("uri").GetString();
}
