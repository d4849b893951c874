using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Plugins.Acme;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Dns;
using Sluice.Gateway.Transport;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.Acme;

/// <summary>Whole gateways that have certificates issued by Pebble.</summary>
public sealed class AcmePluginTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-acme-").FullName;
    private readonly TestNameServer names = new();
    private readonly PebbleServer pebble = new();

    public ValueTask InitializeAsync()
    {
        names.Add("shop.test", "127.0.0.1");
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await pebble.DisposeAsync();
        names.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("http-01", "ecc", TransportKind.Epoll)]
    [InlineData("tls-alpn-01", "ecc", TransportKind.Epoll)]
    [InlineData("tls-alpn-01", "rsa", TransportKind.Sockets)]
    public async Task A_name_that_is_asked_for_gets_a_certificate(string challenge, string keys, TransportKind kind)
    {
        await using var gateway = await StartAsync($"challenge: {challenge}, cert_type: {keys}, rsa_key_size: 2048, storage: file, storage_config: {{file: {{path: {folder}/acme}}}}", kind);
        await pebble.StartAsync(gateway.HttpPort, gateway.TlsPort, names.Address);
        (await gateway.IssuerAsync("shop.test")).ShouldContain("default");
        await Eventually.HoldsAsync(async () => (await gateway.IssuerAsync("shop.test")).Contains("Pebble Intermediate", StringComparison.Ordinal));
        (await gateway.IssuerAsync("other.test")).ShouldContain("default");
        gateway.Metrics.ShouldContain("gateway_acme_issued_total 1");

        // A gateway that starts on the same folder needs no authority.
        await pebble.KillAsync();
        await using var second = await StartAsync($"challenge: {challenge}, cert_type: {keys}, rsa_key_size: 2048, storage: file, storage_config: {{file: {{path: {folder}/acme}}}}", kind);
        await Eventually.HoldsAsync(async () => (await second.IssuerAsync("shop.test")).Contains("Pebble Intermediate", StringComparison.Ordinal));
        second.Metrics.ShouldContain("gateway_acme_failures_total 0");
    }

    [Fact]
    public async Task Two_nodes_on_one_Redis_have_one_certificate_issued_whichever_node_is_looked_at()
    {
        await using var redis = await RedisServer.StartAsync();
        var storage = $"cert_type: ecc, storage: redis, storage_config: {{redis: {{host: 127.0.0.1, port: {redis.Port}}}}}";
        await using var first = await StartAsync(storage, TransportKind.Epoll);
        await using var second = await StartAsync(storage, TransportKind.Epoll);
        await pebble.StartAsync(first.HttpPort, first.TlsPort, names.Address);

        // The second asks for it, the first is where the authority comes to look.
        await second.IssuerAsync("shop.test");
        await first.IssuerAsync("shop.test");
        await Eventually.HoldsAsync(async () => (await second.IssuerAsync("shop.test")).Contains("Pebble", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => (await first.IssuerAsync("shop.test")).Contains("Pebble", StringComparison.Ordinal));
        (await first.SerialAsync("shop.test")).ShouldBe(await second.SerialAsync("shop.test"));
    }

    [Fact]
    public async Task Nodes_share_certificates_in_the_store_that_the_program_gives_them()
    {
        var shared = new MemoryAcmeStore(TimeProvider.System);
        await using var first = await StartAsync("cert_type: ecc, storage: kong", TransportKind.Epoll, shared);
        await using var second = await StartAsync("cert_type: ecc, storage: kong", TransportKind.Epoll, shared);
        await pebble.StartAsync(first.HttpPort, first.TlsPort, names.Address);
        await second.IssuerAsync("shop.test");
        await Eventually.HoldsAsync(async () => (await second.IssuerAsync("shop.test")).Contains("Pebble", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => (await first.IssuerAsync("shop.test")).Contains("Pebble", StringComparison.Ordinal));
        (await first.SerialAsync("shop.test")).ShouldBe(await second.SerialAsync("shop.test"));
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_renewed_with_the_same_account()
    {
        var storage = $"cert_type: ecc, storage: file, storage_config: {{file: {{path: {folder}/acme}}}}";
        await using var gateway = await StartAsync(storage + ", renew_threshold_days: 36500", TransportKind.Epoll);
        await pebble.StartAsync(gateway.HttpPort, gateway.TlsPort, names.Address);
        await gateway.IssuerAsync("shop.test");
        await Eventually.HoldsAsync(async () => (await gateway.IssuerAsync("shop.test")).Contains("Pebble", StringComparison.Ordinal));
        var first = await gateway.SerialAsync("shop.test");

        // What is in the folder is loaded, found to end within a hundred years, and replaced. The authority looks at the first node.
        await using var second = await StartAsync(storage + ", renew_threshold_days: 36500", TransportKind.Epoll);
        await second.IssuerAsync("shop.test");
        await Eventually.HoldsAsync(async () => await second.SerialAsync("shop.test") is var serial && serial != first && second.Metrics.Contains("gateway_acme_issued_total 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_authority_that_refuses_leaves_the_default_certificate_and_is_told_of()
    {
        await using var gateway = await StartAsync("cert_type: ecc", TransportKind.Epoll);
        await pebble.StartAsync(1, 1, names.Address);
        await gateway.IssuerAsync("shop.test");
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_acme_failures_total 1", StringComparison.Ordinal));
        (await gateway.IssuerAsync("shop.test")).ShouldContain("default");
        (await gateway.HttpAsync("/.well-known/acme-challenge/x")).ShouldStartWith("HTTP/1.1 404");
    }

    [Theory]
    [InlineData("account_email: a@b.test, api_uri: 'https://ca.test/dir', storage: vault", "storage: vault is not built; shm, kong, redis and file are")]
    [InlineData("account_email: a@b.test", "tos_accepted: terms of service must be accepted")]
    [InlineData("account_email: a@b.test, tos_accepted: true, storage: redis", "redis.host: required field missing: storage is redis")]
    [InlineData("account_email: nobody, tos_accepted: true", "account_email: must be an e-mail address")]
    public void Mistakes_are_named(string config, string problem) =>
        Configuration.Reading.Files.Problems($"_format_version: '3.0'\nplugins: [{{name: acme, config: {{{config}}}}}]").ShouldHaveSingleItem().ShouldContain(problem);

    private Task<Node> StartAsync(string config, TransportKind kind, AcmeStore? store = null) => Node.StartAsync($$"""
        _format_version: "3.0"
        plugins:
        - name: acme
          config: {account_email: ops@shop.test, tos_accepted: true, domains: [shop.test], api_uri: "{{pebble.DirectoryUrl}}", {{config}} }
        routes: [{name: challenges, protocols: [http], paths: [/.well-known/acme-challenge]}]
        """, pebble.CertificateFile, kind, store);

    /// <summary>A gateway with a plain and a TLS listener.</summary>
    private sealed class Node(Gateway.Transport.Transport transport, GatewayRuntime runtime, GatewayServer server) : IAsyncDisposable
    {
        public int HttpPort => new Uri(server.Addresses.First(a => a.StartsWith("http:", StringComparison.Ordinal))).Port;

        public int TlsPort => new Uri(server.Addresses.First(a => a.StartsWith("https:", StringComparison.Ordinal))).Port;

        public string Metrics => MetricsReport.Write(runtime);

        public static async Task<Node> StartAsync(string document, string trusted, TransportKind kind, AcmeStore? store)
        {
            var read = DocumentReader.Read(Encoding.UTF8.GetBytes(document));
            read.Document.ShouldNotBeNull(string.Join('\n', read.Problems));
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var own = new CertificateRequest("CN=default", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(70));
            var transport = Transports.Create(kind, 1, NullLoggerFactory.Instance);
            var runtime = new GatewayRuntime(transport, new GatewaySettings { TrustedCertificates = trusted, DefaultCertificate = own, AcmeStore = store }, NullLoggerFactory.Instance, TimeProvider.System);
            runtime.Load(read.Document);
            var loopback = new IPEndPoint(IPAddress.Loopback, 0);
            return new Node(transport, runtime, await GatewayServer.StartAsync(runtime, [new ListenAddress(loopback), new ListenAddress(loopback) { Tls = true }]));
        }

        public async Task<string> IssuerAsync(string name) => (await CertificateAsync(name)).Issuer;

        public async Task<string> SerialAsync(string name) => (await CertificateAsync(name)).SerialNumber;

        public async Task<string> HttpAsync(string path)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, HttpPort);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadToEndAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await server.StopAsync(TimeSpan.FromSeconds(5));
            await server.DisposeAsync();
            await runtime.DisposeAsync();
            await transport.DisposeAsync();
        }

        private async Task<X509Certificate2> CertificateAsync(string name)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, TlsPort);
            await using var tls = new SslStream(client.GetStream(), false, static (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(name);
            return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.Export(X509ContentType.Cert));
        }
    }
}
