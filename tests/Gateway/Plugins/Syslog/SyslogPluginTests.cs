using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Syslog;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Plugins.Syslog;

public sealed class SyslogPluginTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"sluice-syslog-{Guid.NewGuid():N}");
    private Socket daemon;

    public SyslogPluginTests() => daemon = Listen();

    public void Dispose()
    {
        daemon.Dispose();
        File.Delete(path);
    }

    [Fact]
    public async Task An_entry_has_the_form_of_the_c_library()
    {
        var plugin = Create(new SyslogConfig { Facility = "local3", ServerErrorsSeverity = "crit" });
        Record(plugin, status: 200);
        (await ReceiveAsync()).ShouldMatch(@"^<158>[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d kong\[\d+\]: \{""request"":.*\}$");
        Record(plugin, status: 503);
        (await ReceiveAsync()).ShouldStartWith("<154>");
    }

    [Fact]
    public async Task What_is_less_severe_than_the_level_is_not_written()
    {
        var plugin = Create(new SyslogConfig { LogLevel = "warning", SuccessfulSeverity = "notice", ClientErrorsSeverity = "warning" });
        Record(plugin, status: 200);
        Record(plugin, status: 404);
        (await ReceiveAsync()).ShouldContain("\"status\":404");
    }

    [Fact]
    public async Task A_daemon_that_was_started_again_is_found_again()
    {
        using var socket = new SyslogSocket(path);
        (await socket.SendAsync("1"u8.ToArray(), CancellationToken.None)).ShouldBeNull();
        daemon.Dispose();
        File.Delete(path);
        (await socket.SendAsync("2"u8.ToArray(), CancellationToken.None)).ShouldNotBeNull().ShouldStartWith(path);
        daemon = Listen();
        (await socket.SendAsync("3"u8.ToArray(), CancellationToken.None)).ShouldBeNull();
        (await ReceiveAsync()).ShouldBe("3");
    }

    private SyslogPlugin Create(SyslogConfig config) => new(config, new PluginSetup
    {
        Middleware = new PluginConfig { Name = "syslog", Config = config },
        Snapshot = new GatewaySnapshot { Document = new GatewayDocument(), Settings = new GatewaySettings() },
        Shared = new SharedResources(),
        Time = TimeProvider.System,
        Log = NullLogger.Instance,
    }, path);

    private static void Record(SyslogPlugin plugin, int status)
    {
        var exchange = new Exchange(new Microsoft.AspNetCore.Http.DefaultHttpContext(), loop: null);
        exchange.Response.StatusCode = status;
        plugin.Record(exchange);
    }

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[65536];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, await daemon.ReceiveAsync(buffer, SocketFlags.None, patience.Token)));
    }
}
