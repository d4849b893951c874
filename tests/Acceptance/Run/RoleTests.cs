using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

public sealed class RoleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_node_without_the_role_gateway_serves_no_traffic()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(9)), "--roles", "admin");
        sluice.Proxy.ShouldBeEmpty();
        (await sluice.AdminAsync("/api/v1/nodes")).Body.ShouldContain("\"roles\":[\"admin\"]");
    }

    [Fact]
    public async Task A_node_without_the_role_admin_has_no_admin_listener()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(9, "/orders")), "--roles", "gateway");
        sluice.Admin.ShouldBeNull();
        (await sluice.GetAsync("/nothing-there")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_role_that_there_is_not_is_refused()
    {
        var ended = await SluiceProcess.RunAsync("run", "--config", folder.Write("kong.yml", Configurations.OneRoute(9)), "--roles", "gateway,boss");
        ended.ExitCode.ShouldBe(2);
        ended.Errors.ShouldContain("gateway, admin and worker");
    }
}
