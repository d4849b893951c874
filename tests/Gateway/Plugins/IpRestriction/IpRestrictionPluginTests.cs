using System.Net;
using Sluice.Gateway.Plugins.IpRestriction;

namespace Sluice.Gateway.Tests.Plugins.IpRestriction;

public class IpRestrictionPluginTests
{
    [Theory]
    [InlineData("127.0.0.0/8", null, 200)]
    [InlineData("10.0.0.1", null, 403)]
    [InlineData(null, "127.0.0.1", 403)]
    [InlineData(null, "10.0.0.1", 200)]
    [InlineData("127.0.0.1", "127.0.0.0/8", 403)]
    [InlineData("10.1.1.1", "10.0.0.1", 403)]
    public async Task Deny_comes_before_allow(string? allow, string? deny, int status)
    {
        var config = new IpRestrictionConfig { Allow = allow is null ? null : [allow], Deny = deny is null ? null : [deny] };
        var result = await new PluginHarness().Use("ip-restriction", config).SendAsync();
        result.Status.ShouldBe(status);
        if (status == 403) result.Body.ShouldContain("IP address not allowed: 127.0.0.1");
    }

    [Fact]
    public async Task The_refusal_is_as_configured()
    {
        var result = await new PluginHarness().Use("ip-restriction", new IpRestrictionConfig { Deny = ["::/0"], Status = 404, Message = "hidden" })
            .SendAsync(prepare: e => e.ClientAddress = IPAddress.IPv6Loopback);
        result.Status.ShouldBe(404);
        result.Body.ShouldContain("hidden");
    }

    [Fact]
    public void Bad_blocks_and_empty_lists_are_named()
    {
        var problems = new List<string>();
        new IpRestrictionConfig { Allow = ["10.0.0.1", "x.test"] }.Check((f, m) => problems.Add($"{f}: {m}"));
        new IpRestrictionConfig { Deny = [] }.Check((f, m) => problems.Add($"{f}: {m}"));
        problems.ShouldBe(["allow[1]: invalid ip or cidr range: 'x.test'", ": at least one of these fields must be non-empty: 'config.allow', 'config.deny'"]);
    }
}
