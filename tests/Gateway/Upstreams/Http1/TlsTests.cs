using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

public abstract class TlsTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Fact]
    public async Task An_unverified_upstream_is_spoken_to_and_its_connection_kept()
    {
        using var authority = Authority.New();
        await using var upstream = TlsUpstream(authority.Issue("other.test"), out var names);
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "https" });
        for (var i = 0; i < 3; i++) (await proxy.AskAsync(Get)).ShouldEnd("secure");
        upstream.Connections.ShouldBe(1);
        names.ShouldBe(["upstream.test"]);
    }

    [Fact]
    public async Task Names_that_clients_choose_do_not_have_connections_kept_without_end()
    {
        using var authority = Authority.New();
        await using var upstream = TlsUpstream(authority.Issue("upstream.test"), out _);
        var asked = 0;
        await using var proxy = await StartAsync(
            upstream.Address,
            service => service with { Protocol = "https" },
            settings: new() { UpstreamKeepAlivePoolSize = 1 },
            prepare: exchange => exchange.Upstream.Host = $"name{Volatile.Read(ref asked)}.test");
        using var client = await proxy.ConnectAsync();
        async Task AskAsync(int name)
        {
            Volatile.Write(ref asked, name);
            await client.SendAsync(Get);
            (await client.ReadAnswerAsync()).ShouldEnd("secure");
        }

        for (var name = 0; name < 9; name++) await AskAsync(name);
        upstream.Connections.ShouldBe(9);
        for (var name = 1; name < 9; name++) await AskAsync(name);
        upstream.Connections.ShouldBe(9);
        await AskAsync(0);
        upstream.Connections.ShouldBe(10);
    }

    [Theory]
    [InlineData("upstream.test", true, true)]
    [InlineData("other.test", true, false)]
    [InlineData("upstream.test", false, false)]
    public async Task A_verified_upstream_has_the_right_name_from_the_right_authority(string name, bool rightAuthority, bool good)
    {
        using var authority = Authority.New();
        using var stranger = Authority.New();
        await using var upstream = TlsUpstream((rightAuthority ? authority : stranger).Issue(name), out _);
        await using var proxy = await StartAsync(
            upstream.Address,
            service => service with { Protocol = "https", TlsVerify = true },
            authorities: [new CaCertificateConfig { Cert = authority.Pem }]);
        var answer = await proxy.AskAsync(Get);
        if (good) answer.ShouldEnd("secure");
        else
        {
            answer.ShouldStartWith("HTTP/1.1 502 ");
            (await proxy.ResultAsync()).Failure.ShouldBe(UpstreamErrors.TlsFailed);
            (await proxy.ResultAsync()).SafeForAnyMethod.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task A_chain_may_be_only_so_deep(int depth, bool good)
    {
        using var authority = Authority.New();
        using var between = authority.IssueAuthority();
        await using var upstream = TlsUpstream(between.Issue("upstream.test"), out _, between.Certificate);
        await using var proxy = await StartAsync(
            upstream.Address,
            service => service with { Protocol = "https", TlsVerify = true, TlsVerifyDepth = depth },
            authorities: [new CaCertificateConfig { Cert = authority.Pem }]);
        (await proxy.AskAsync(Get)).ShouldStartWith(good ? "HTTP/1.1 200 " : "HTTP/1.1 502 ");
    }

    [Fact]
    public async Task A_client_certificate_is_shown()
    {
        using var authority = Authority.New();
        var shown = authority.Issue("gateway");
        string? seen = null;
        await using var upstream = TlsUpstream(authority.Issue("upstream.test"), out _, seen: certificate => seen = certificate?.Subject);
        await using var proxy = await StartAsync(
            upstream.Address,
            service => service with { Protocol = "https" },
            clientCertificate: new CertificateConfig { Cert = shown.ExportCertificatePem(), Key = shown.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() });
        (await proxy.AskAsync(Get)).ShouldEnd("secure");
        seen.ShouldBe("CN=gateway");
    }

    [Fact]
    public void A_connection_made_without_verification_is_not_used_with_it()
    {
        var open = new UpstreamTls(verify: false, depth: null, [], certificate: null).Identity;
        var verified = new UpstreamTls(verify: true, depth: null, [], certificate: null).Identity;
        open.ShouldNotBe(verified);
        new UpstreamTls(verify: true, depth: 3, [], certificate: null).Identity.ShouldNotBe(verified);
        new UpstreamTls(verify: true, depth: 1, [], certificate: null).Identity.ShouldBe(verified);
    }

    [Fact]
    public async Task An_upstream_that_does_not_speak_TLS_is_a_502()
    {
        await using var upstream = new RawUpstream(async peer => await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "https" });
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 502 ");
    }

    [Fact]
    public async Task A_handshake_that_hangs_is_a_504()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            peer.StaysOpen = true;
            await Task.CompletedTask;
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "https", ConnectTimeout = 150 });
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 504 ");
    }

    [Fact]
    public async Task A_handshake_that_drips_is_a_504()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            byte[] record = [22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC];
            for (var i = 0; i < 100; i++)
            {
                await peer.SendAsync(i < record.Length ? record.AsMemory(i, 1) : new byte[1]);
                await Task.Delay(50);
            }
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { Protocol = "https", ConnectTimeout = 300 });
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 504 ");
    }

    [Theory]
    [InlineData("a.test:443", "a.test")]
    [InlineData("a.test", "a.test")]
    [InlineData("[::1]:443", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("10.0.0.1:1", "10.0.0.1")]
    public void The_name_asked_for_is_the_host_without_its_port(string host, string name) => UpstreamTls.ServerName(host).ShouldBe(name);

    private static RawUpstream TlsUpstream(
        X509Certificate2 certificate, out List<string> names, X509Certificate2? between = null, Action<X509Certificate?>? seen = null)
    {
        List<string> asked = [];
        names = asked;
        var context = SslStreamCertificateContext.Create(certificate, between is null ? null : [between], offline: true);
        return new RawUpstream(async peer =>
        {
            try
            {
                await using var stream = new SslStream(new System.Net.Sockets.NetworkStream(peer.Socket));
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = context,
                    ClientCertificateRequired = seen is not null,
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
                });
                asked.Add(stream.TargetHostName);
                seen?.Invoke(stream.RemoteCertificate);
                var buffer = new byte[8192];
                while (await stream.ReadAsync(buffer) > 0) await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure"u8.ToArray());
            }
            catch (System.Security.Authentication.AuthenticationException)
            {
                // The test is about what the gateway says.
            }
        });
    }
}

internal static class AnswerAssertions
{
    public static void ShouldEnd(this string answer, string body) => answer.ShouldEndWith("\r\n\r\n" + body);
}

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class Authority(X509Certificate2 certificate) : IDisposable
{
    public X509Certificate2 Certificate => certificate;

    public string Pem => certificate.ExportCertificatePem();

    public static Authority New()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Authority(Request("CN=authority " + Guid.NewGuid(), key, isAuthority: true).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100)));
    }

    public Authority IssueAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Authority(Sign(Request("CN=between " + Guid.NewGuid(), key, isAuthority: true), key));
    }

    public X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("CN=" + name, key, isAuthority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return Sign(request, key);
    }

    public void Dispose() => certificate.Dispose();

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        if (isAuthority) request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }

    private X509Certificate2 Sign(CertificateRequest request, ECDsa key) =>
        request.Create(certificate, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(99), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
}
