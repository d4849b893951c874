using System.Net.Security;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Listeners;

/// <summary>Clients that show a certificate of theirs, which the listener asks for where mtls-auth wants it.</summary>
public sealed class ClientCertificateTests : IAsyncDisposable
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
    public async Task Who_shows_a_certificate_of_the_authority_gets_in_and_others_are_told(string transport)
    {
        var (server, ann, eve) = (new TestCertificate("a.test"), new TestCertificate(isAuthority: true, "ann"), new TestCertificate(isAuthority: true, "ann"));
        const string authority = "5ad0c1c5-4d4d-4c35-a0b6-3a1f0a5a7a11";
        var file = folder.Write("kong.yml", $$"""
            _format_version: "3.0"
            ca_certificates: [{id: {{authority}}, cert: "{{ann.CertificatePem.ReplaceLineEndings("\\n")}}"}]
            consumers: [{username: ann}]
            plugins: [{name: mtls-auth, config: {ca_certificates: [{{authority}}] } }]
            services: [{url: "http://127.0.0.1:{{upstream.Port}}", routes: [{paths: [/]}]}]
            certificates:
            {{server.Yaml("a.test")}}
            """);
        await using var sluice = await SluiceProcess.ServeAsync(file, "--transport", transport, "--proxy-tls", "127.0.0.1:0");
        (await AskAsync(sluice, ann)).ShouldBe("ok");
        (await AskAsync(sluice, eve)).ShouldContain("TLS certificate failed verification");
        (await AskAsync(sluice, null)).ShouldContain("No required TLS certificate was sent");
    }

    private static async Task<string> AskAsync(SluiceProcess sluice, TestCertificate? certificate)
    {
        using var client = await RawClient.ConnectAsync(
            sluice.Proxy.Single(u => u.Scheme == "https"),
            new SslClientAuthenticationOptions { TargetHost = "a.test", ClientCertificates = certificate is null ? [] : [certificate.Certificate] });
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        return (await client.ReadResponseAsync()).Body;
    }
}
