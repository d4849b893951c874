using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.Rbac;

namespace Sluice.Gateway.Tests.Plugins.Rbac;

public sealed class RbacPluginTests
{
    [Theory]
    [InlineData("ann", "GET", 200)]
    [InlineData("ann", "DELETE", 403)]
    [InlineData("bob", "GET", 403)]
    [InlineData(null, "GET", 401)]
    public async Task What_no_rule_allows_is_refused(string? consumer, string method, int status)
    {
        var harness = Harness(new() { Rules = [new() { Consumers = ["ann"], Methods = ["GET"], Paths = ["/orders/**"] }] });
        var result = await SendAsync(harness, consumer, "/orders/1", method);
        result.Status.ShouldBe(status);
        if (status == 403) result.Body.ShouldContain("You are not allowed to do this");
        (await SendAsync(harness, consumer, "/other", method)).Status.ShouldNotBe(200);
    }

    [Theory]
    [InlineData("deny_overrides", 403)]
    [InlineData("first_match", 200)]
    public async Task Precedence_says_which_of_several_rules_counts(string precedence, int status)
    {
        var harness = Harness(new() { Precedence = precedence, Rules = [new() { Authenticated = true }, new() { Effect = "deny", Consumers = ["ann"] }] });
        (await SendAsync(harness, "ann")).Status.ShouldBe(status);
        (await SendAsync(harness, "bob")).Status.ShouldBe(200);
        (await SendAsync(harness, null)).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("group", "ann", 200)]
    [InlineData("list", "ann", 200)]
    [InlineData("group", "bob", 403)]
    public async Task Groups_are_consumer_groups_or_acls(string group, string consumer, int status) =>
        (await SendAsync(Harness(new() { Rules = [new() { Groups = [group] }] }), consumer)).Status.ShouldBe(status);

    [Theory]
    [InlineData("realm_access.roles", "admin", true)]
    [InlineData("realm_access.roles", "guest", false)]
    [InlineData("realm_access.roles", "adm*", true)]
    [InlineData("scope", "write", true)]
    [InlineData("scope", "read write", true)]
    [InlineData("scope", "writ", false)]
    [InlineData("https://x.y/roles", "a", true)]
    [InlineData("level", "3", true)]
    [InlineData("staff", "true", true)]
    [InlineData("address", "*", false)]
    [InlineData("sub", "*", true)]
    [InlineData("none", "*", false)]
    public async Task Claims_are_found_by_their_names_and_paths(string name, string value, bool allowed)
    {
        var claims = JsonSerializer.Deserialize<JsonElement>(
            """{"sub":"u1","scope":"read write","realm_access":{"roles":["user","admin"]},"https://x.y/roles":["a"],"level":3,"staff":true,"address":{"city":"x"}}""");
        var harness = Harness(new() { Rules = [new() { Claims = [new() { Name = name, Values = ["nothing", value] }] }] });
        var result = await harness.SendAsync(headers: [("apikey", "ann")], prepare: e => new AuthenticatedClaims(claims).LeaveOn(e));
        result.Status.ShouldBe(allowed ? 200 : 403);
        (await SendAsync(harness, "ann")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_dry_run_refuses_nobody()
    {
        (await SendAsync(Harness(new() { DryRun = true, Rules = [new() { Effect = "deny" }] }), "ann")).Status.ShouldBe(200);
        (await SendAsync(Harness(new() { Default = "allow", Rules = [new() { Effect = "deny", Consumers = ["ann"] }] }), "bob")).Status.ShouldBe(200);
        (await SendAsync(Harness(new() { StatusCode = 404, Message = "Nothing here" }), "ann")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(false, 403)]
    [InlineData(true, 200)]
    public async Task Encoded_slashes_do_not_get_around_a_rule(bool allowed, int status)
    {
        var harness = Harness(new() { AllowEncodedSlashes = allowed, Rules = [new(), new() { Effect = "deny", Paths = ["/admin/**"] }] });
        (await SendAsync(harness, "ann", "/admin%2Fusers")).Status.ShouldBe(status);
        (await SendAsync(harness, "ann", "/admin/users")).Status.ShouldBe(403);
    }

    private static PluginHarness Harness(RbacConfig config)
    {
        var document = TestDocuments.Of(["ann", "bob"], c => c.Username is "ann"
            ? [new KeyAuthCredential { Id = Guid.NewGuid(), Key = "ann" }, new AclGroup { Id = Guid.NewGuid(), Group = "list" }]
            : [new KeyAuthCredential { Id = Guid.NewGuid(), Key = "bob" }]);
        var group = new ConsumerGroupConfig { Id = Guid.NewGuid(), Name = "group" };
        document = document with
        {
            ConsumerGroups = [group],
            Consumers = [.. document.Consumers.Select(c => c.Username is "ann" ? c with { Groups = [new Reference(group.Id)] } : c)],
        };
        return new PluginHarness(document).Use("key-auth", new KeyAuthConfig { Anonymous = null, KeyNames = ["apikey"] }).Use("rbac", config);
    }

    private static Task<PluginResult> SendAsync(PluginHarness harness, string? consumer, string target = "/", string method = "GET") =>
        harness.SendAsync(target, method, consumer is null ? null : [("apikey", consumer)]);
}
