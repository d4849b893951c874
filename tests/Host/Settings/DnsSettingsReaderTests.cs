using Sluice.Gateway.Upstreams.Dns;
using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Tests.Settings;

public sealed class DnsSettingsReaderTests
{
    private static DnsSettings Read(params (string Key, string Value)[] environment) =>
        SettingsReader.Read(new Dictionary<string, string?>(), environment.ToDictionary(e => e.Key, e => e.Value)).Gateway.Dns;

    [Fact]
    public void Kongs_keys_are_heeded()
    {
        var dns = Read(
            ("KONG_DNS_RESOLVER", "10.0.0.2, [::1]:8600"), ("KONG_DNS_ORDER", "LAST,A,AAAA,CNAME"), ("KONG_DNS_VALID_TTL", "5"),
            ("KONG_DNS_STALE_TTL", "4"), ("KONG_DNS_NOT_FOUND_TTL", "0.5"), ("KONG_DNS_HOSTSFILE", "/tmp/hosts"));

        dns.ShouldSatisfyAllConditions(
            () => dns.Servers.Select(s => s.ToString()).ShouldBe(["10.0.0.2:53", "[::1]:8600"]),
            () => dns.Order.ShouldBe([DnsRecordType.A, DnsRecordType.Aaaa]),
            () => dns.ValidTtl.ShouldBe(TimeSpan.FromSeconds(5)),
            () => dns.StaleTtl.ShouldBe(TimeSpan.FromSeconds(4)),
            () => dns.NotFoundTtl.ShouldBe(TimeSpan.FromSeconds(0.5)),
            () => dns.HostsFile.ShouldBe("/tmp/hosts"));
    }

    [Theory]
    [InlineData("KONG_DNS_RESOLVER", "dns.test")]
    [InlineData("KONG_DNS_ORDER", "TXT")]
    [InlineData("KONG_DNS_ORDER", "LAST")]
    [InlineData("KONG_DNS_VALID_TTL", "-1")]
    [InlineData("KONG_DNS_STALE_TTL", "long")]
    public void What_makes_no_sense_is_refused(string key, string value) =>
        Should.Throw<UsageException>(() => Read((key, value))).Message.ShouldContain(value);
}
