using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Plugins.MtlsAuth;

namespace Sluice.Gateway.Tests.Plugins.MtlsAuth;

public class MtlsAuthPluginTests
{
    private static readonly Guid AuthorityId = new("5ad0c1c5-4d4d-4c35-a0b6-3a1f0a5a7a11");
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), To = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly X509Certificate2 Authority = MakeAuthority();

    [Theory]
    [InlineData("ann", null, 200)]
    [InlineData("somebody", "ann", 200)]
    [InlineData("somebody", null, 401)]
    public async Task The_consumer_is_whom_the_certificate_names(string commonName, string? alternative, int status)
    {
        var result = await SendAsync(new(), Issue(commonName, alternative));
        result.Status.ShouldBe(status);
        if (status == 200) result.Sent("X-Consumer-Username").ShouldBe("ann");
        if (status == 200) result.Sent("X-Credential-Identifier").ShouldBe("ann");
    }

    [Fact]
    public async Task Names_can_be_mapped_and_others_be_a_default_consumer()
    {
        (await SendAsync(new() { ConsumerMapping = new Dictionary<string, string> { ["robot"] = "ann" } }, Issue("robot"))).Status.ShouldBe(200);
        (await SendAsync(new() { DefaultConsumer = "ann" }, Issue("robot"))).Sent("X-Consumer-Username").ShouldBe("ann");
        (await SendAsync(new() { SkipConsumerLookup = true }, Issue("robot"))).Sent("X-Credential-Identifier").ShouldBe("robot");
    }

    [Fact]
    public async Task Certificates_of_others_for_other_uses_and_out_of_time_are_refused()
    {
        (await SendAsync(new(), null)).Body.ShouldContain("No required TLS certificate was sent");
        (await SendAsync(new(), Issue("ann", issuer: MakeAuthority()))).Body.ShouldContain("TLS certificate failed verification");
        (await SendAsync(new(), Issue("ann", use: "1.3.6.1.5.5.7.3.1"))).Status.ShouldBe(401);
        (await SendAsync(new(), Issue("ann", ends: new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)))).Status.ShouldBe(401);
        (await SendAsync(new() { Anonymous = "ann" }, null)).Sent("X-Anonymous-Consumer").ShouldBe("true");
    }

    [Fact]
    public async Task A_certificate_that_was_good_ends()
    {
        var harness = Harness(new());
        var certificate = Issue("ann");
        (await harness.SendAsync(prepare: e => e.Http.Connection.ClientCertificate = certificate)).Status.ShouldBe(200);
        harness.Time.Advance(TimeSpan.FromDays(60));
        (await harness.SendAsync(prepare: e => e.Http.Connection.ClientCertificate = certificate)).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("a.test", null, true)]
    [InlineData("a.test", "a.test", true)]
    [InlineData("b.test", "a.test", false)]
    [InlineData(null, "a.test", false)]
    [InlineData("b.test", "*.test", true)]
    public void Clients_are_asked_where_a_route_wants_them_to(string? serverName, string? sni, bool asked)
    {
        var route = new RouteConfig { Id = Guid.NewGuid(), Snis = sni is null ? null : [sni] };
        var document = new GatewayDocument { Routes = [route], Plugins = [new PluginConfig { Name = "mtls-auth", Route = new Reference(route.Id) }] };
        ClientCertificateDemand.Of(document).IsFor(serverName).ShouldBe(asked);
        ClientCertificateDemand.Of(document with { Plugins = [] }).IsFor(serverName).ShouldBeFalse();
    }

    private static Task<PluginResult> SendAsync(MtlsAuthConfig config, X509Certificate2? certificate) =>
        Harness(config).SendAsync(prepare: e => e.Http.Connection.ClientCertificate = certificate);

    private static PluginHarness Harness(MtlsAuthConfig config) =>
        new PluginHarness(TestDocuments.Of(["ann"], _ => []) with { CaCertificates = [new CaCertificateConfig { Id = AuthorityId, Cert = Authority.ExportCertificatePem() }] })
            .Use("mtls-auth", config with { CaCertificates = [AuthorityId] });

    private static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, To);
    }

    private static X509Certificate2 Issue(string commonName, string? alternative = null, X509Certificate2? issuer = null, string use = "1.3.6.1.5.5.7.3.2", DateTimeOffset? ends = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + commonName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        if (alternative is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(alternative);
            request.CertificateExtensions.Add(names.Build());
        }

        return request.Create(issuer ?? Authority, From, ends ?? To, RandomNumberGenerator.GetBytes(8));
    }
}
