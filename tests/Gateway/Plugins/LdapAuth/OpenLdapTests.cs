using System.Text;
using Sluice.Gateway.Plugins.LdapAuth;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Plugins.LdapAuth;

/// <summary>Against a real directory.</summary>
public sealed class OpenLdapTests(OpenLdapServer server) : IClassFixture<OpenLdapServer>
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Passwords_are_tried_in_the_clear_and_through_TLS(bool ldaps, bool startTls)
    {
        Assert.SkipUnless(OpenLdapServer.IsInstalled, "slapd is not installed");
        var config = Config() with { LdapPort = ldaps ? server.TlsPort : server.Port, Ldaps = ldaps, StartTls = startTls, CacheTtl = 0 };
        var harness = new PluginHarness(time: new ManualTime()).Use("ldap-auth", config);
        foreach (var (shown, status) in new[] { ("ann:pass:word", 200), ("ann:pass:wor", 401), ("a,b + c:odd", 200), ("bob:pass:word", 401), ("ann:pass:word", 200) })
            (await harness.SendAsync(headers: [("Authorization", "ldap " + Convert.ToBase64String(Encoding.UTF8.GetBytes(shown)))])).Status.ShouldBe(status, shown);
        harness.Snapshot.Lease.Dispose();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_certificate_that_nobody_trusts_is_refused_where_it_is_verified(bool ldaps, bool startTls)
    {
        Assert.SkipUnless(OpenLdapServer.IsInstalled, "slapd is not installed");
        var config = Config() with { LdapPort = ldaps ? server.TlsPort : server.Port, Ldaps = ldaps, StartTls = startTls, VerifyLdapHost = true };
        var harness = new PluginHarness().Use("ldap-auth", config);
        (await harness.SendAsync(headers: [("Authorization", "ldap " + Convert.ToBase64String("ann:pass:word"u8))])).Status.ShouldBe(500);
    }

    [Fact]
    public async Task A_certificate_of_a_trusted_root_is_good()
    {
        Assert.SkipUnless(OpenLdapServer.IsInstalled, "slapd is not installed");
        var tls = new UpstreamTls(verify: true, depth: null, [server.Certificate], null);
        await using var connection = await LdapConnection.OpenAsync(new LdapServerAddress("127.0.0.1", server.TlsPort, LdapSecurity.Tls, tls), TestContext.Current.CancellationToken);
        (await connection.BindAsync("uid=ann,dc=example,dc=com", "pass:word"u8.ToArray(), TestContext.Current.CancellationToken)).Code.ShouldBe(LdapResult.Success);
        (await connection.BindAsync("uid=ann,dc=example,dc=com", "pass"u8.ToArray(), TestContext.Current.CancellationToken)).Code.ShouldBe(49);
        (await connection.BindAsync("no name", "pass"u8.ToArray(), TestContext.Current.CancellationToken)).Code.ShouldBe(34);
    }

    private static LdapAuthConfig Config() => new() { LdapHost = "127.0.0.1", BaseDn = "dc=example,dc=com", Attribute = "uid" };
}
