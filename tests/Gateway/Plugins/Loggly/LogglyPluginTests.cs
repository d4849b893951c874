using Sluice.Gateway.Plugins.Loggly;
using Sluice.Gateway.Tests.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.Loggly;

public sealed class LogglyPluginTests
{
    [Fact]
    public async Task An_entry_is_a_syslog_datagram_with_token_and_tags()
    {
        using var sink = new UdpSink();
        var config = new LogglyConfig { Host = "127.0.0.1", Port = sink.Port, Key = "t0ken", Tags = ["a", "b"], ServerErrorsSeverity = "err" };
        var harness = new PluginHarness().Use("loggly", config);
        await harness.SendAsync("/x");
        var datagram = await sink.ReceiveAsync();
        datagram.ShouldMatch(@"^<14>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \S+ kong - - \[t0ken@41058 tag=""a"" tag=""b""\] \{""request"":.*\}$");
    }

    [Fact]
    public async Task The_status_chooses_the_severity_and_the_level_what_is_sent()
    {
        using var sink = new UdpSink();
        var config = new LogglyConfig { Host = "127.0.0.1", Port = sink.Port, Key = "t", LogLevel = "err", ServerErrorsSeverity = "crit" };
        var harness = new PluginHarness().Use("loggly", config);
        await harness.SendAsync("/fine");
        harness.Upstream = exchange =>
        {
            exchange.Response.StatusCode = 500;
            return [];
        };
        await harness.SendAsync("/broken");
        var datagram = await sink.ReceiveAsync();
        datagram.ShouldStartWith("<10>1 ");
        datagram.ShouldContain("/broken");
    }
}
