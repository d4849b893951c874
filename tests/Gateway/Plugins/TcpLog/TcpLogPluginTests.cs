using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Sluice.Gateway.Plugins.TcpLog;

namespace Sluice.Gateway.Tests.Plugins.TcpLog;

public sealed class TcpLogPluginTests : IDisposable
{
    private readonly TcpListener server = new(IPAddress.Loopback, 0);

    public TcpLogPluginTests() => server.Start();

    private int Port => ((IPEndPoint)server.LocalEndpoint).Port;

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Requests_are_lines_on_one_connection()
    {
        var harness = new PluginHarness().Use("tcp-log", new TcpLogConfig { Host = "127.0.0.1", Port = Port });
        await harness.SendAsync("/1");
        using var client = await AcceptAsync();
        using var reader = new StreamReader(client.GetStream());
        (await UriAsync(reader)).ShouldBe("/1");
        await harness.SendAsync("/2");
        (await UriAsync(reader)).ShouldBe("/2");
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_is_opened_again()
    {
        var harness = new PluginHarness().Use("tcp-log", new TcpLogConfig { Host = "127.0.0.1", Port = Port });
        await harness.SendAsync("/1");
        using (var client = await AcceptAsync())
        using (var reader = new StreamReader(client.GetStream()))
            (await UriAsync(reader)).ShouldBe("/1");
        await harness.SendAsync("/2");
        using var again = await AcceptAsync();
        using var rest = new StreamReader(again.GetStream());
        (await UriAsync(rest)).ShouldBe("/2");
    }

    [Fact]
    public async Task Over_tls_the_server_name_is_the_one_configured()
    {
        var harness = new PluginHarness().Use("tcp-log", new TcpLogConfig { Host = "127.0.0.1", Port = Port, Tls = true, TlsSni = "logs.test" });
        await harness.SendAsync("/1");
        using var client = await AcceptAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=someone-else.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        using var tls = new SslStream(client.GetStream());
        string? name = null;
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, asked) =>
            {
                name = asked;
                return certificate;
            },
        });
        using var reader = new StreamReader(tls);
        (await UriAsync(reader)).ShouldBe("/1");
        name.ShouldBe("logs.test");
    }

    private async Task<TcpClient> AcceptAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await server.AcceptTcpClientAsync(patience.Token);
    }

    private static async Task<string?> UriAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return JsonDocument.Parse(line!).RootElement.GetProperty("request").GetProperty("uri").GetString();
    }
}
