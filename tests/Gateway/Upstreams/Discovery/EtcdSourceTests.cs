using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Discovery;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Upstreams.Discovery;

public class EtcdSourceTests
{
    [Fact]
    public async Task Keys_come_and_go_and_a_member_that_was_killed_is_found_again()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await etcd.PutAsync("/services/orders/a", "10.0.0.1:8080");
        await etcd.PutAsync("/services/orders0", "10.9.9.9:1");
        using var feed = new FeedFixture(Source(etcd));
        await feed.TellsAsync("10.0.0.1:8080*100");
        await etcd.PutAsync("/services/orders/b", """{"address": "orders.internal:80", "weight": 7}""");
        await etcd.PutAsync("/services/orders/c", "nonsense");
        await feed.TellsAsync("10.0.0.1:8080*100 orders.internal:80*7");
        await etcd.DeleteAsync("/services/orders/a");
        await feed.TellsAsync("orders.internal:80*7");

        await etcd.KillAsync();
        await feed.IsUpAsync(false);
        feed.Status.Endpoints.ShouldBe(1);
        await etcd.StartAgainAsync();
        await feed.IsUpAsync(true);
        await etcd.PutAsync("/services/orders/a", "10.0.0.2:8080");
        await feed.TellsAsync("10.0.0.2:8080*100 orders.internal:80*7");
    }

    [Fact]
    public async Task A_key_whose_lease_runs_out_is_gone()
    {
        await using var etcd = await EtcdServer.StartAsync();
        var lease = System.Text.Json.JsonDocument.Parse(await etcd.CallAsync("lease/grant", new { TTL = 3600 })).RootElement.GetProperty("ID").GetString();
        await etcd.CallAsync("kv/put", new { key = Base64("/services/orders/a"), value = Base64("10.0.0.1:80"), lease });
        using var feed = new FeedFixture(Source(etcd));
        await feed.TellsAsync("10.0.0.1:80*100");
        await etcd.CallAsync("lease/revoke", new { ID = lease });
        await feed.TellsAsync("");
    }

    [Fact]
    public async Task Users_log_in()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await etcd.PutAsync("/services/orders/a", "10.0.0.1:8080");
        await etcd.CallAsync("auth/user/add", new { name = "root", password = "pw" });
        await etcd.CallAsync("auth/role/add", new { name = "root" });
        await etcd.CallAsync("auth/user/grant", new { user = "root", role = "root" });
        await etcd.CallAsync("auth/enable", new { });
        using var refused = new FeedFixture(Source(etcd));
        await Eventually.HoldsAsync(() => refused.Status.Problem is not null);
        using var feed = new FeedFixture(Source(etcd, "root", "pw"));
        await feed.TellsAsync("10.0.0.1:8080*100");
    }

    private static EtcdSource Source(EtcdServer etcd, string? user = null, string? password = null) =>
        new(new EtcdDiscovery { Endpoints = ["http://127.0.0.1:1", etcd.Address], Prefix = "/services/orders/", Username = user, Password = password }, TimeProvider.System);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
