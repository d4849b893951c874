using System.Text.Json.Nodes;

namespace Sluice.Host.Tests.Admin;

/// <summary>Where somebody comes who is limited to <c>tenant:acme</c>.</summary>
public sealed class ScopeTests
{
    [Fact]
    public async Task Limited_callers_come_only_where_their_limits_are_kept_to()
    {
        await using var surface = await AdminSurface.StartAsync();
        await surface.ApplyAsync(WholeConfiguration.Yaml);
        foreach (var (path, count) in ((string, int)[])[("/services", 1), ("/routes", 1), ("/key-auths", 1), ("/consumers", 0), ("/upstreams", 0), ("/api/v1/config/services", 1), ("/api/v1/config/consumers", 0), ("/api/v1/executions", 0)])
        {
            var (status, body) = await surface.SendAsync("GET", path, "acme");
            status.ShouldBe(200, path);
            JsonNode.Parse(body)!["data"]!.AsArray().Count.ShouldBe(count, path);
        }

        foreach (var path in (string[])
                 [
                     "/config", "/certificates", "/vaults", "/status", "/metrics", "/api/v1/config/releases", "/api/v1/config/releases/1", "/api/v1/config/export", "/api/v1/config/drift", "/api/v1/users", "/api/v1/tokens",
                     "/api/v1/audit", "/api/v1/nodes",
                 ])
            (await surface.SendAsync("GET", path, "acme")).Status.ShouldBe(403, path);
        (await surface.SendAsync("POST", "/api/v1/config/releases/1/rollback", "acme", [], null)).Status.ShouldBe(403);
        (await surface.SendAsync("GET", "/upstreams/orders-upstream", "acme")).Status.ShouldBe(404);
        (await surface.SendAsync("GET", "/services/orders", "acme")).Status.ShouldBe(200);
    }
}
