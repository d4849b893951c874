using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Nodes;

/// <summary>Certificates that a real authority issues are kept in the database of the configuration: <c>storage: kong</c>.</summary>
public sealed class SharedCertificateTests : IAsyncLifetime
{
    private static readonly string[] Names = ["one.shop.test", "two.shop.test", "three.shop.test"];

    private readonly TemporaryFolder folder = new();
    private readonly LoopbackNames resolver = new();
    private readonly PebbleServer authority = new();
    private readonly List<SluiceProcess> nodes = [];

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        await authority.DisposeAsync();
        resolver.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_node_with_its_own_database_has_its_certificates_after_a_restart_without_the_authority()
    {
        var node = await StartAsync("--data", folder.PathOf("node"));
        await ConfigureAsync(node, "tls-alpn-01");
        await authority.StartAsync(Plain(node).Port, Tls(node).Port, resolver.Address);
        var serial = await IssuedAsync(node, Names[0]);
        (await CountAsync("gateway_acme_issued_total")).ShouldBe(1);

        await authority.KillAsync();
        await StopAsync(node);
        var again = await StartAsync("--data", folder.PathOf("node"));
        (await IssuedAsync(again, Names[0])).ShouldBe(serial);
        (await CountAsync("gateway_acme_issued_total")).ShouldBe(0);
    }

    [Theory, InlineData("http-01"), InlineData("tls-alpn-01")]
    public async Task Of_nodes_that_share_PostgreSQL_one_at_a_time_asks_for_a_name_and_all_have_it(string challenge)
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        for (var number = 1; number <= 3; number++) await StartAsync("--data", folder.PathOf($"node-{number}"), "--database", database);
        await ConfigureAsync(nodes[0], challenge);

        // Whichever node asks, the authority looks for the proof at the first.
        await authority.StartAsync(Plain(nodes[0]).Port, Tls(nodes[0]).Port, resolver.Address);

        var serials = await Task.WhenAll(from name in Names from node in nodes select IssuedAsync(node, name));

        serials.Distinct().Count().ShouldBe(Names.Length);
        for (var i = 0; i < Names.Length; i++) serials[(i * nodes.Count)..((i + 1) * nodes.Count)].Distinct().ShouldHaveSingleItem();
        (await CountAsync("gateway_acme_issued_total")).ShouldBe(Names.Length);
        (await CountAsync("gateway_acme_failures_total")).ShouldBe(0);

        // A node that comes later finds them, the authority being away.
        await authority.KillAsync();
        var late = await StartAsync("--data", folder.PathOf("late"), "--database", database);
        (await IssuedAsync(late, Names[0])).ShouldBe(serials[0]);
    }

    private async Task<SluiceProcess> StartAsync(params string[] where)
    {
        var trust = new Dictionary<string, string> { ["KONG_LUA_SSL_TRUSTED_CERTIFICATE"] = authority.CertificateFile };
        var node = await SluiceProcess.StartAsync(["run", .. where, "--proxy", "127.0.0.1:0,127.0.0.1:0 ssl", "--admin", "127.0.0.1:0", "--loops", "1"], trust);
        nodes.Add(node);
        return node;
    }

    private async Task StopAsync(SluiceProcess node)
    {
        node.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);
        await node.WaitForExitAsync();
        nodes.Remove(node);
        await node.DisposeAsync();
    }

    /// <summary>Makes a release with the plugin, and waits until all nodes serve it.</summary>
    private async Task ConfigureAsync(SluiceProcess node, string challenge)
    {
        var config = $$"""
            _format_version: "3.0"
            plugins:
            - name: acme
              config:
                {account_email: ops@shop.test, tos_accepted: true, domains: ["*.shop.test"], api_uri: "{{authority.DirectoryUrl}}", cert_type: ecc, challenge: {{challenge}}, storage: kong}
            routes: [{name: challenges, protocols: [http], paths: [/.well-known/acme-challenge]}]
            """;
        using var client = new HttpClient { Timeout = RawClient.Patience };
        using var response = await client.PostAsync(new Uri(node.Admin!, "/api/v1/config/releases"), new StringContent(config, null, "application/yaml"));
        ((int)response.StatusCode).ShouldBe(201, await response.Content.ReadAsStringAsync());
        foreach (var other in nodes)
            await Eventually.HoldsAsync(async () => (await other.AdminAsync("/routes/challenges")).Status == 200, "all nodes serve the configuration");
    }

    /// <summary>Shakes hands until the certificate comes from the authority; its serial number.</summary>
    private static async Task<string> IssuedAsync(SluiceProcess node, string name)
    {
        var serial = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var client = await RawClient.ConnectAsync(Tls(node), new SslClientAuthenticationOptions { TargetHost = name });
                using var shown = X509CertificateLoader.LoadCertificate(((SslStream)client.Stream).RemoteCertificate!.Export(X509ContentType.Cert));
                serial = shown.SerialNumber;
                return shown.Issuer.Contains("Pebble Intermediate", StringComparison.Ordinal);
            },
            $"a certificate for {name}");
        return serial;
    }

    /// <summary>The sum of a counter over all nodes.</summary>
    private async Task<int> CountAsync(string counter)
    {
        var sum = 0;
        foreach (var node in nodes)
        {
            var lines = (await node.AdminAsync("/metrics")).Body.Split('\n');
            sum += int.Parse(lines.Single(l => l.StartsWith(counter + " ", StringComparison.Ordinal))[(counter.Length + 1)..]);
        }

        return sum;
    }

    private static Uri Plain(SluiceProcess node) => node.Proxy.Single(u => u.Scheme == "http");

    private static Uri Tls(SluiceProcess node) => node.Proxy.Single(u => u.Scheme == "https");
}
