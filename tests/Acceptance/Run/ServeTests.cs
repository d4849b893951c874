using System.Net;
using System.Runtime.InteropServices;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Run;

public sealed class ServeTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("hello");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Requests_go_to_the_upstream(string transport)
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), "--transport", transport);
        (await sluice.GetAsync("/x")).ShouldBe((200, "hello"));
        sluice.Output.ShouldContain("serves  1 service, 1 route, no plugins");
        if (transport != "auto") sluice.Output.ShouldContain($"engine  {transport}");
    }

    [Fact]
    public async Task Folders_and_several_files_are_one_configuration()
    {
        folder.Write("a/services.yml", $"_format_version: '3.0'\nservices:\n- name: s\n  url: http://127.0.0.1:{upstream.Port}\n");
        folder.Write("b.json", """{"_format_version":"3.0","routes":[{"name":"r","service":"s","paths":["/"]}]}""");
        await using var sluice = await SluiceProcess.ServeAsync(folder.PathOf("a"), "--config", folder.PathOf("b.json"));
        (await sluice.GetAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Kongs_own_variables_suffice()
    {
        var environment = new Dictionary<string, string>
        {
            ["KONG_DATABASE"] = "off",
            ["KONG_DECLARATIVE_CONFIG"] = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)),
            ["KONG_PROXY_LISTEN"] = "127.0.0.1:0, 127.0.0.1:0 ssl",
            ["KONG_ADMIN_LISTEN"] = "127.0.0.1:0",
            ["KONG_MEM_CACHE_SIZE"] = "256m",
            ["KONG_PROXY_LISTNE"] = "typing error",
        };
        await using var sluice = await SluiceProcess.StartAsync(["run"], environment);
        (await sluice.GetAsync("/")).Status.ShouldBe(200);
        sluice.Output.ShouldContain("without effect here: KONG_MEM_CACHE_SIZE");
        sluice.Output.ShouldContain("not a setting of Kong or Sluice: KONG_PROXY_LISTNE");
    }

    [Fact]
    public async Task The_document_may_come_as_text()
    {
        var environment = new Dictionary<string, string> { ["KONG_DECLARATIVE_CONFIG_STRING"] = Configurations.OneRoute(upstream.Port) };
        await using var sluice = await SluiceProcess.StartAsync(["run", "--proxy", "127.0.0.1:0", "--admin", "off"], environment);
        (await sluice.GetAsync("/")).Status.ShouldBe(200);
        sluice.Admin.ShouldBeNull();
    }

    [Fact]
    public async Task Tls_is_served_with_a_certificate_of_its_own_making()
    {
        await using var sluice = await SluiceProcess.StartAsync(
            ["run", "--config", folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), "--proxy-tls", "127.0.0.1:0", "--admin", "off"]);
        using var client = TlsClient();
        client.DefaultRequestVersion = HttpVersion.Version20;
        using var response = await client.GetAsync(sluice.Proxy.Single());
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Version.ShouldBe(HttpVersion.Version20);
        sluice.Output.ShouldContain("self-signed");
    }

    [Theory]
    [InlineData("127.0.0.1:0 ssl", "1.1")]
    [InlineData("127.0.0.1:0 ssl http2", "2.0")]
    public async Task A_listener_speaks_http2_only_when_told_to(string listen, string version)
    {
        var environment = new Dictionary<string, string> { ["KONG_PROXY_LISTEN"] = listen };
        await using var sluice = await SluiceProcess.StartAsync(
            ["run", "--config", folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), "--admin", "off"], environment);
        using var client = TlsClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, sluice.Proxy.Single()) { Version = HttpVersion.Version20 };
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Version.ToString().ShouldBe(version);
    }

    [Fact]
    public async Task The_admin_pages_may_be_served_over_tls()
    {
        var environment = new Dictionary<string, string> { ["KONG_ADMIN_LISTEN"] = "127.0.0.1:0 ssl" };
        await using var sluice = await SluiceProcess.StartAsync(
            ["run", "--config", folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), "--proxy", "127.0.0.1:0"], environment);
        sluice.Admin!.Scheme.ShouldBe("https");
        using var client = TlsClient();
        (await client.GetStringAsync(new Uri(sluice.Admin, "/status"))).ShouldContain("configuration_hash");
    }

    [Fact]
    public async Task Plugins_that_are_not_built_are_left_out_when_told_to()
    {
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port) + "\nplugins:\n- name: websocket-size-limit\n  config: {}\n");
        var refused = await SluiceProcess.RunAsync("run", "--config", file, "--proxy", "127.0.0.1:0", "--admin", "off");
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("websocket-size-limit");

        await using var sluice = await SluiceProcess.ServeAsync(file, "--skip-unsupported");
        sluice.Output.ShouldContain("left out: ");
        (await sluice.AdminAsync("/status")).Body.ShouldContain("websocket-size-limit");
        (await sluice.GetAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_demo_upstream_answers_with_what_it_received()
    {
        var port = FreePorts.Next();
        await using var sluice = await SluiceProcess.ServeAsync(
            folder.Write("kong.yml", Configurations.OneRoute(port, "/hello")), "--demo-upstream", $"127.0.0.1:{port}");
        var (status, body) = await sluice.GetAsync("/hello/world");
        status.ShouldBe(200);
        body.ShouldContain("GET /world");
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public async Task It_ends_with_0_when_told_to(PosixSignal signal)
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)));
        sluice.Signal(signal);
        (await sluice.WaitForExitAsync()).ExitCode.ShouldBe(0);
    }

#pragma warning disable MA0039 // The certificate is self-signed, which is what these tests are about.
    private static HttpClient TlsClient() =>
        new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
#pragma warning restore MA0039
}
