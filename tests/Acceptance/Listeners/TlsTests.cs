using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Listeners;

/// <summary>TLS to clients: versions, certificates by server name, and their change while connections are open.</summary>
public sealed class TlsTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("ok");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Each_name_gets_its_certificate_and_old_connections_outlive_a_new_one(string transport)
    {
        var (exact, wildcard, other, renewed) = (new TestCertificate("a.test"), new TestCertificate("*.b.test"), new TestCertificate("star"), new TestCertificate("renewed"));
        var rest = wildcard.Yaml("*.b.test") + other.Yaml("*");
        var file = folder.Write("kong.yml", Configuration(exact.Yaml("a.test") + rest));
        await using var sluice = await ServeAsync(file, transport);

        (await NameShownAsync(sluice, "a.test")).ShouldBe("CN=a.test");
        (await NameShownAsync(sluice, "A.TEST")).ShouldBe("CN=a.test");
        (await NameShownAsync(sluice, "x.b.test")).ShouldBe("CN=*.b.test");
        (await NameShownAsync(sluice, "b.test")).ShouldBe("CN=star");
        (await NameShownAsync(sluice, "x.y.b.test")).ShouldBe("CN=star");
        (await NameShownAsync(sluice, "")).ShouldBe("CN=star");

        using var old = await ConnectAsync(sluice, "a.test");
        await AskAsync(old);
        folder.Write("kong.yml", Configuration(renewed.Yaml("a.test") + rest));
        await Eventually.HoldsAsync(async () => await NameShownAsync(sluice, "a.test") == "CN=renewed", "new handshakes show the new certificate");
        await AskAsync(old);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable CA5397, SYSLIB0039 // Refusing the old versions is what this test is about.
    [InlineData(SslProtocols.Tls11, false)]
    [InlineData(SslProtocols.Tls, false)]
#pragma warning restore CA5397, SYSLIB0039
    public async Task Only_the_versions_of_today_are_spoken(SslProtocols version, bool spoken)
    {
        await using var sluice = await ServeAsync(folder.Write("kong.yml", Configuration(new TestCertificate("a.test").Yaml("*"))), "epoll");
        var options = new SslClientAuthenticationOptions { TargetHost = "a.test", EnabledSslProtocols = version };
        if (!spoken)
        {
            await Should.ThrowAsync<Exception>(() => RawClient.ConnectAsync(Tls(sluice), options));
            return;
        }

        using var client = await RawClient.ConnectAsync(Tls(sluice), options);
        ((SslStream)client.Stream).SslProtocol.ShouldBe(version);
        await AskAsync(client);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Rubbish_and_silence_on_the_TLS_port_hurt_nobody(string transport)
    {
        await using var sluice = await ServeAsync(folder.Write("kong.yml", Configuration(new TestCertificate("a.test").Yaml("*"))), transport);
        (await RawClient.ExchangeAsync(Tls(sluice), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).ShouldNotContain("200 OK");
        using var silent = await RawClient.ConnectAsync(Tls(sluice));
        using var half = await RawClient.ConnectAsync(Tls(sluice));
        await half.SendAsync("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
        using var good = await ConnectAsync(sluice, "a.test");
        await AskAsync(good);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Large_bodies_pass_through_TLS_both_ways(string transport)
    {
        await using var echo = await KestrelUpstream.StartAsync(http => http.Request.Body.CopyToAsync(http.Response.Body));
        await using var sluice = await ServeAsync(
            folder.Write("kong.yml", Configuration(new TestCertificate("a.test").Yaml("*")).Replace($":{upstream.Port}", $":{echo.Port}")), transport);
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        foreach (var version in new[] { System.Net.HttpVersion.Version11, System.Net.HttpVersion.Version20 })
        {
            using var client = new HttpClient(handler, disposeHandler: false)
            {
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Timeout = RawClient.Patience,
            };
            var bytes = new byte[3_000_000];
            Random.Shared.NextBytes(bytes);
            using var response = await client.PostAsync(Tls(sluice), new ByteArrayContent(bytes));
            response.Version.ShouldBe(version);
            (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        }
    }

    private static Uri Tls(SluiceProcess sluice) => sluice.Proxy.Single(u => u.Scheme == "https");

    private static Task<RawClient> ConnectAsync(SluiceProcess sluice, string name) =>
        RawClient.ConnectAsync(Tls(sluice), new SslClientAuthenticationOptions { TargetHost = name });

    private static async Task<string> NameShownAsync(SluiceProcess sluice, string name)
    {
        using var client = await ConnectAsync(sluice, name);
        using var certificate = new X509Certificate2(((SslStream)client.Stream).RemoteCertificate!);
        return certificate.Subject;
    }

    private static async Task AskAsync(RawClient client)
    {
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        (await client.ReadResponseAsync()).Body.ShouldBe("ok");
    }

    private static Task<SluiceProcess> ServeAsync(string file, string transport) =>
        SluiceProcess.ServeAsync(file, "--transport", transport, "--proxy-tls", "127.0.0.1:0");

    private string Configuration(string certificates) =>
        $"_format_version: \"3.0\"\nservices:\n- url: http://127.0.0.1:{upstream.Port}\n  routes: [{{paths: [/]}}]\ncertificates:\n{certificates}";
}
