using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

public sealed class ReloadTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("hello");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_file_written_in_place_is_served_after_a_moment()
    {
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/old"));
        await using var sluice = await SluiceProcess.ServeAsync(file);
        (await sluice.GetAsync("/new")).Status.ShouldBe(404);

        folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/new"));
        await BecomesAsync(sluice, "/new", 200);
        (await sluice.GetAsync("/old")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_file_replaced_by_a_rename_is_served()
    {
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/old"));
        await using var sluice = await SluiceProcess.ServeAsync(file);
        File.Move(folder.Write("kong.yml.tmp", Configurations.OneRoute(upstream.Port, "/new")), file, overwrite: true);
        await BecomesAsync(sluice, "/new", 200);
    }

    [Fact]
    public async Task A_swapped_symbolic_link_is_served_as_kubernetes_does_it()
    {
        folder.Write("..1/kong.yml", Configurations.OneRoute(upstream.Port, "/old"));
        folder.Write("..2/kong.yml", Configurations.OneRoute(upstream.Port, "/new"));
        Directory.CreateSymbolicLink(folder.PathOf("..data"), "..1");
        File.CreateSymbolicLink(folder.PathOf("kong.yml"), "..data/kong.yml");
        await using var sluice = await SluiceProcess.ServeAsync(folder.PathOf("kong.yml"));
        (await sluice.GetAsync("/old")).Status.ShouldBe(200);

        Directory.CreateSymbolicLink(folder.PathOf("..data_tmp"), "..2");
        Directory.Delete(folder.PathOf("..data"));
        Directory.Move(folder.PathOf("..data_tmp"), folder.PathOf("..data"));
        await BecomesAsync(sluice, "/new", 200);
    }

    [Fact]
    public async Task A_file_added_to_a_folder_is_served()
    {
        folder.Write("conf/a.yml", Configurations.OneRoute(upstream.Port, "/a"));
        await using var sluice = await SluiceProcess.ServeAsync(folder.PathOf("conf"));
        folder.Write("conf/b.yml", "_format_version: '3.0'\nroutes:\n- name: b\n  service: upstream\n  paths: [/b]\n");
        await BecomesAsync(sluice, "/b", 200);
    }

    [Fact]
    public async Task A_bad_file_leaves_the_old_one_running_and_status_says_why()
    {
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/old"));
        await using var sluice = await SluiceProcess.ServeAsync(file);

        folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/new") + "\nplugins:\n- nmae: cors\n");
        var refused = await RefusedAsync(sluice);
        refused.GetProperty("problems").EnumerateArray().ShouldContain(p => p.GetString()!.Contains("kong.yml:9") && p.GetString()!.Contains("nmae"));
        (await sluice.GetAsync("/old")).Status.ShouldBe(200);
        (await sluice.GetAsync("/new")).Status.ShouldBe(404);
        await Eventually.HoldsAsync(() => sluice.Errors.Contains("the new configuration is refused, the old one stays", StringComparison.Ordinal), "the log says so");

        folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/new"));
        await BecomesAsync(sluice, "/new", 200);

        // It is served a moment before the status says so.
        await Eventually.HoldsAsync(
            async () => (await StatusAsync(sluice)).GetProperty("configuration").GetProperty("last_refused").ValueKind == JsonValueKind.Null, "nothing is refused any more");
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown()
    {
        var config = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port));
        WriteCertificate("first.test");
        await using var sluice = await SluiceProcess.StartAsync(
            ["run", "--config", config, "--proxy-tls", "127.0.0.1:0", "--admin", "off", "--cert", folder.PathOf("tls.crt"), "--cert-key", folder.PathOf("tls.key")]);
        (await SubjectAsync(sluice.Proxy[0])).ShouldBe("CN=first.test");

        WriteCertificate("second.test");
        await Eventually.HoldsAsync(async () => await SubjectAsync(sluice.Proxy[0]) == "CN=second.test", "the renewed certificate is shown");
    }

    [Fact]
    public async Task Sighup_reads_it_again_even_when_nothing_changed()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)));
        sluice.Signal(PosixSignal.SIGHUP);
        await Eventually.HoldsAsync(async () => (await StatusAsync(sluice)).GetProperty("configuration").GetProperty("generation").GetInt32() == 2, "the second generation runs");
        (await sluice.GetAsync("/")).Status.ShouldBe(200);
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        folder.Write("tls.crt", certificate.ExportCertificatePem());
        folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<string> SubjectAsync(Uri server)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
#pragma warning disable MA0039 // Which certificate is shown is what is asked; whether to trust it is not.
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore MA0039
        await tls.AuthenticateAsClientAsync("any.test");
        return tls.RemoteCertificate!.Subject;
    }

    private static async Task<JsonElement> StatusAsync(SluiceProcess sluice) => JsonDocument.Parse((await sluice.AdminAsync("/status")).Body).RootElement;

    private static async Task<JsonElement> RefusedAsync(SluiceProcess sluice)
    {
        var refused = default(JsonElement);
        await Eventually.HoldsAsync(
            async () =>
            {
                refused = (await StatusAsync(sluice)).GetProperty("configuration").GetProperty("last_refused");
                return refused.ValueKind == JsonValueKind.Object;
            },
            "the new file is refused");
        return refused;
    }

    private static Task BecomesAsync(SluiceProcess sluice, string path, int status) =>
        Eventually.HoldsAsync(async () => (await sluice.GetAsync(path)).Status == status, $"{path} is answered {status}");
}
