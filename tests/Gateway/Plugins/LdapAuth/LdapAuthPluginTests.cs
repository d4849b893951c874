using System.Text;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.LdapAuth;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.LdapAuth;

public class LdapAuthPluginTests
{
    /// <summary>Success for the password "good", invalidCredentials for all others, with the id of the question.</summary>
    private static readonly Func<int, byte[], byte[]?> Honest = (_, asked) => Answer(asked, (byte)(asked.AsSpan().EndsWith("good"u8) ? 0 : 49));

    [Theory]
    [InlineData("ldap", "ann:good", 200)]
    [InlineData("LDAP  ", "ann:good", 200)]
    [InlineData("ldap", "ann:a:good", 200)]
    [InlineData("ldap", "ann:bad", 401)]
    [InlineData("ldap", "ann:", 401)]
    [InlineData("ldap", ":good", 401)]
    [InlineData("ldap", "ann", 401)]
    [InlineData("Basic", "ann:good", 401)]
    public async Task The_directory_decides(string scheme, string shown, int status)
    {
        await using var server = new ScriptedServer(Honest);
        var result = await Harness(Config(server)).SendAsync(headers: [("Authorization", Value(scheme, shown)), ("X-Consumer-ID", "spoof")]);
        result.Status.ShouldBe(status);
        result.Header("WWW-Authenticate").ShouldBe(status == 401 ? "LDAP" : null);
        if (status != 200) return;
        result.Sent("X-Credential-Identifier").ShouldBe("ann");
        result.Sent("X-Consumer-ID").ShouldBeNull();
        result.Exchange.Consumer.ShouldBeNull();
        result.Exchange.Credential.ShouldBeOfType<LdapCredential>().Username.ShouldBe("ann");
    }

    [Fact]
    public async Task Refuses_without_credentials_and_asks_nobody()
    {
        await using var server = new ScriptedServer(Honest);
        var result = await Harness(Config(server) with { HeaderType = "basic", Realm = "r" }).SendAsync();
        result.Status.ShouldBe(401);
        result.Header("WWW-Authenticate").ShouldBe("basic realm=\"r\"");
        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task The_name_is_put_into_the_distinguished_name_escaped()
    {
        byte[]? asked = null;
        await using var server = new ScriptedServer((n, bytes) => Honest(n, asked = bytes));
        await Harness(Config(server)).SendAsync(headers: [("Authorization", Value("ldap", "x,ou=admins:good"))]);
        Encoding.UTF8.GetString(asked!).ShouldContain("uid=x\\,ou\\=admins,ou=people,dc=example");
    }

    [Fact]
    public async Task Verdicts_and_connections_are_kept()
    {
        var questions = 0;
        await using var server = new ScriptedServer((n, bytes) =>
        {
            questions++;
            return Honest(n, bytes);
        });
        var time = new ManualTime();
        var harness = new PluginHarness(time: time).Use("ldap-auth", Config(server));
        foreach (var (shown, status) in new[] { ("ann:good", 200), ("ann:good", 200), ("ann:bad", 401), ("ann:bad", 401), ("bob:good", 200) })
            (await harness.SendAsync(headers: [("Authorization", Value("ldap", shown))])).Status.ShouldBe(status);
        questions.ShouldBe(3);
        server.Connections.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(60));
        (await harness.SendAsync(headers: [("Authorization", Value("ldap", "ann:good"))])).Status.ShouldBe(200);
        questions.ShouldBe(4);
        server.Connections.ShouldBe(2, "a connection is kept for as long");
    }

    [Fact]
    public async Task A_connection_that_the_server_has_closed_is_replaced()
    {
        var answers = 0;
        await using var server = new ScriptedServer((n, bytes) => n == 1 && answers++ > 0 ? [] : Honest(n, bytes));
        var harness = Harness(Config(server) with { CacheTtl = 0 });
        for (var i = 0; i < 3; i++) (await harness.SendAsync(headers: [("Authorization", Value("ldap", "ann:good"))])).Status.ShouldBe(200);
        server.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("485454502F312E3120343030")]
    [InlineData("300C02016361070A010004000400")]
    [InlineData("300C02010161070A013304000400")]
    [InlineData("300C02010078070A013404000400")]
    [InlineData("300C02010161070A010004000400300C02010161070A010004000400")]
    public async Task A_server_that_does_not_answer_properly_lets_nobody_in(string hex)
    {
        await using var server = new ScriptedServer((_, _) => Convert.FromHexString(hex));
        var result = await new PluginHarness(TestDocuments.Of(["nobody"], _ => [])).Use("ldap-auth", Config(server) with { Anonymous = "nobody" })
            .SendAsync(headers: [("Authorization", Value("ldap", "ann:good"))]);
        result.Status.ShouldBe(500);
        result.Body.ShouldContain("An unexpected error occurred");
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_silent_lets_nobody_in()
    {
        int port;
        await using (var server = new ScriptedServer((_, _) => null))
        {
            port = server.Port;
            var silent = new PluginHarness();
            var time = silent.Time;
            var asking = silent.Use("ldap-auth", Config(server)).SendAsync(headers: [("Authorization", Value("ldap", "ann:good"))]);
            while (!asking.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            (await asking).Status.ShouldBe(500);
        }

        var gone = new LdapAuthConfig { LdapHost = "127.0.0.1", LdapPort = port, BaseDn = "dc=example", Attribute = "uid" };
        (await Harness(gone).SendAsync(headers: [("Authorization", Value("ldap", "ann:good"))])).Status.ShouldBe(500);
    }

    [Fact]
    public async Task Without_TLS_from_the_server_no_password_is_sent()
    {
        var asked = new List<byte[]>();
        await using var server = new ScriptedServer((_, bytes) =>
        {
            asked.Add(bytes);
            return Convert.FromHexString("300C02010178070A010204000400");
        });
        (await Harness(Config(server) with { StartTls = true }).SendAsync(headers: [("Authorization", Value("ldap", "ann:good"))])).Status.ShouldBe(500);
        asked.ShouldHaveSingleItem().AsSpan().IndexOf("good"u8).ShouldBe(-1);
    }

    [Fact]
    public async Task It_stands_beside_other_plugins()
    {
        await using var server = new ScriptedServer(Honest);
        var document = TestDocuments.Of(["ann", "nobody"], c => c.Username is "ann" ? [new Sluice.Gateway.Configuration.KeyAuthCredential { Key = "k" }] : []);
        var harness = new PluginHarness(document).Use("key-auth", new KeyAuthConfig { Anonymous = "nobody" }).Use("ldap-auth", Config(server) with { Anonymous = "nobody", HideCredentials = true });
        (await harness.SendAsync()).Sent("X-Consumer-Username").ShouldBe("nobody");
        (await harness.SendAsync(headers: [("apikey", "k")])).Sent("X-Consumer-Username").ShouldBe("ann");
        var known = await harness.SendAsync(headers: [("Authorization", Value("ldap", "eve:good"))]);
        known.Sent("X-Consumer-Username").ShouldBeNull();
        known.Sent("X-Anonymous-Consumer").ShouldBeNull();
        known.Sent("X-Credential-Identifier").ShouldBe("eve");
        known.Sent("Authorization").ShouldBeNull();
    }

    [Fact]
    public void Memory_of_verdicts_is_bounded_and_holds_no_passwords()
    {
        var verdicts = new LdapVerdicts(capacity: 100);
        for (var i = 0; i < 1000; i++) verdicts.Add(verdicts.KeyOf("uid=" + i, "secret"u8.ToArray()), good: true, ends: 10);
        verdicts.Count.ShouldBeLessThanOrEqualTo(100);
        var key = verdicts.KeyOf("uid=999", "secret"u8.ToArray());
        verdicts.Find(key, 9).ShouldBe(true);
        verdicts.Find(key, 10).ShouldBeNull();
        verdicts.KeyOf("uid=99", "9secret"u8.ToArray()).ShouldNotBe(verdicts.KeyOf("uid=999", "secret"u8.ToArray()));
        new LdapVerdicts().KeyOf("uid=999", "secret"u8.ToArray()).ShouldNotBe(key);
    }

    [Theory]
    [InlineData("{ldap_host: a, ldap_port: 389, base_dn: b, attribute: uid, ldaps: true, start_tls: true}")]
    [InlineData("{ldap_host: a, base_dn: b}")]
    [InlineData("{ldap_host: 'a:1', base_dn: b, attribute: uid}")]
    [InlineData("{ldap_host: a, base_dn: b, attribute: 'uid=x,cn'}")]
    public void Settings_are_checked(string config) => Files.Problems($"_format_version: '3.0'\nplugins: [{{name: ldap-auth, config: {config}}}]").ShouldNotBeEmpty();

    /// <summary>The bind response with <paramref name="code"/> to what was <paramref name="asked"/>, whose id is its third element.</summary>
    private static byte[] Answer(byte[] asked, byte code) => [0x30, 12, 2, 1, asked[4], 0x61, 7, 0x0A, 1, code, 4, 0, 4, 0];

    private static string Value(string scheme, string text) => $"{scheme} {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}";

    private static LdapAuthConfig Config(ScriptedServer server) =>
        new() { LdapHost = "127.0.0.1", LdapPort = server.Port, BaseDn = "ou=people,dc=example", Attribute = "uid", Keepalive = 30000 };

    private static PluginHarness Harness(LdapAuthConfig config) => new PluginHarness().Use("ldap-auth", config);
}
