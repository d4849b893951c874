using Sluice.Gateway.Upstreams.Dns;

namespace Sluice.Gateway.Tests.Upstreams.Dns;

public sealed class DnsSettingsTests
{
    [Fact]
    public void Only_the_servers_of_resolv_conf_are_taken() =>
        DnsSettings.ParseResolvConf("# comment\nsearch corp.test\nnameserver 10.0.0.2\r\nnameserver\tfd00::1\noptions ndots:5\nnameserver nonsense\n")
            .Select(s => s.ToString()).ShouldBe(["10.0.0.2:53", "[fd00::1]:53"]);

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2:53")]
    [InlineData("10.0.0.2:8600", "10.0.0.2:8600")]
    [InlineData("::1", "[::1]:53")]
    [InlineData("[::1]:8600", "[::1]:8600")]
    public void Servers_may_have_a_port(string text, string expected)
    {
        DnsSettings.TryParseServer(text, out var server).ShouldBeTrue();
        server.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("name.test")]
    [InlineData("10.0.0.2:0")]
    [InlineData("10.0.0.2:99999")]
    [InlineData("10")]
    [InlineData("")]
    public void Other_texts_are_no_servers(string text) => DnsSettings.TryParseServer(text, out _).ShouldBeFalse();
}
