using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Grpc;

/// <summary>The gRPC server of another make, and before it the gateway with routes that speak JSON (by the .proto file and by a descriptor set) and gRPC-Web.</summary>
public sealed class GrpcLibraryFixture : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly GrpcLibraryServer server = new();
    private SluiceProcess? sluice;

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    public async ValueTask InitializeAsync()
    {
        if (!NodeServer.IsPossible) return;
        await server.StartAsync();
        var descriptors = Path.Combine(Path.GetDirectoryName(folder.Write("descriptors.txt", ""))!, "library.pb");
        await server.WriteDescriptorSetAsync(descriptors);
        sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", $$"""
            _format_version: "3.0"
            services:
              - name: library
                url: grpc://127.0.0.1:{{server.Port}}
                routes:
                  - { name: proto, hosts: [proto.test], protocols: [http], paths: [/], strip_path: false, plugins: [{ name: grpc-gateway, config: { proto: "{{server.Proto}}" } }] }
                  - { name: set, hosts: [set.test], protocols: [http], paths: [/], strip_path: false, plugins: [{ name: grpc-gateway, config: { proto: "{{descriptors}}" } }] }
                  - { name: web, hosts: [web.test], protocols: [http], paths: [/], strip_path: false, plugins: [{ name: grpc-web, config: { proto: "{{descriptors}}" } }] }
            """));
        Client.BaseAddress = sluice.Proxy[0];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (sluice is not null) await sluice.DisposeAsync();
        await server.DisposeAsync();
        folder.Dispose();
    }

    public async Task<(int Status, string Body)> SendAsync(string host, string method, string target, string? json = null)
    {
        using var answer = await AnswerAsync(host, method, target, json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> AnswerAsync(string host, string method, string target, HttpContent? content = null)
    {
        Assert.SkipUnless(NodeServer.IsPossible, "node and npm are not here");
        using var request = new HttpRequestMessage(new HttpMethod(method), target) { Content = content };
        request.Headers.Host = host;
        return await Client.SendAsync(request);
    }
}
