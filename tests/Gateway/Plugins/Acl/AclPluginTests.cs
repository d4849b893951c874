using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Acl;
using Sluice.Gateway.Plugins.KeyAuth;

namespace Sluice.Gateway.Tests.Plugins.Acl;

public class AclPluginTests
{
    private static readonly GatewayDocument Document = TestDocuments.Of(["admin", "both", "none", "anonymous"], c =>
    [
        new KeyAuthCredential { Key = c.Username! },
        .. GroupsOf(c.Username!).Select(g => new AclGroup { Group = g }),
    ]);

    [Theory]
    [InlineData(true, "admin", 200, "admin")]
    [InlineData(true, "both", 200, "admin, user")]
    [InlineData(true, "none", 403, null)]
    [InlineData(true, null, 401, null)]
    [InlineData(false, "admin", 403, null)]
    [InlineData(false, "both", 403, null)]
    [InlineData(false, "none", 200, "")]
    [InlineData(false, null, 200, "")]
    public async Task Groups_decide(bool allow, string? key, int status, string? told)
    {
        var config = allow ? new AclConfig { Allow = ["admin"] } : new AclConfig { Deny = ["admin"] };
        var harness = new PluginHarness(Document).Use("key-auth", new KeyAuthConfig { Anonymous = "anonymous" }).Use("acl", config);
        var result = await harness.SendAsync(headers: key is null ? null : [("apikey", key)]);
        result.Status.ShouldBe(status);
        if (status == 200 && told!.Length > 0) result.Sent("X-Consumer-Groups").ShouldBe(told);
    }

    [Fact]
    public async Task Groups_can_be_kept_from_the_upstream()
    {
        var harness = new PluginHarness(Document).Use("key-auth", new KeyAuthConfig()).Use("acl", new AclConfig { Deny = ["x"], HideGroupsHeader = true });
        (await harness.SendAsync(headers: [("apikey", "admin")])).Sent("X-Consumer-Groups").ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_is_refused() =>
        (await new PluginHarness().Use("acl", new AclConfig { Deny = ["x"] }).SendAsync()).Status.ShouldBe(401);

    [Fact]
    public async Task Consumer_groups_count_where_asked_for()
    {
        var group = new ConsumerGroupConfig { Id = Guid.NewGuid(), Name = "gold" };
        var document = TestDocuments.Of(["ann"], _ => [new KeyAuthCredential { Key = "k" }]);
        document = document with { ConsumerGroups = [group], Consumers = [document.Consumers[0] with { Groups = [new Reference(group.Id)] }] };
        (await Status(includeConsumerGroups: true)).ShouldBe(200);
        (await Status(includeConsumerGroups: false)).ShouldBe(403);

        async Task<int> Status(bool includeConsumerGroups) =>
            (await new PluginHarness(document).Use("key-auth", new KeyAuthConfig())
                .Use("acl", new AclConfig { Allow = ["gold"], IncludeConsumerGroups = includeConsumerGroups })
                .SendAsync(headers: [("apikey", "k")])).Status;
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(1, 0, false)]
    public void Exactly_one_list_is_given(int allow, int deny, bool problem)
    {
        var reported = false;
        new AclConfig { Allow = [.. Enumerable.Repeat("a", allow)], Deny = [.. Enumerable.Repeat("b", deny)] }.Check((_, _) => reported = true);
        reported.ShouldBe(problem);
    }

    private static string[] GroupsOf(string username) => username switch { "admin" => ["admin"], "both" => ["admin", "user"], _ => [] };
}
