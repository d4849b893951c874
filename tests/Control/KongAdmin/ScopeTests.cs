using Sluice.Control.Identity;

namespace Sluice.Control.Tests.KongAdmin;

/// <summary>What an operator sees and changes who is limited to <c>tenant:acme</c>.</summary>
public sealed class ScopeTests
{
    private static readonly Caller Acme = new(CallerKind.Token, "acme", Role.Operator, ["tenant:acme"]);

    [Fact]
    public async Task Lists_show_only_what_carries_the_tag()
    {
        await using var api = await StartAsync();
        foreach (var (path, count) in ((string, int)[])[("/services", 1), ("/routes", 1), ("/consumers", 1), ("/plugins", 1), ("/key-auths", 1), ("/services/ours/plugins", 1), ("/services/ours/routes", 1), ("/tags", 6), ("/tags/tenant:other", 0)])
            (await api.GetAsync(path)).Body!["data"]!.AsArray().Count.ShouldBe(count, path);
        ((string)(await api.GetAsync("/services")).Body!["data"]![0]!["name"]!).ShouldBe("ours");
    }

    [Theory]
    [InlineData("/services/theirs")]
    [InlineData("/services/theirs/routes")]
    [InlineData("/services/theirs/plugins")]
    [InlineData("/routes/theirs")]
    [InlineData("/routes/theirs/service")]
    [InlineData("/consumers/ben")]
    [InlineData("/consumers/ben/key-auth")]
    [InlineData("/consumers/ben/key-auth/ben-key")]
    [InlineData("/key-auths/ben-key")]
    [InlineData("/upstreams/theirs/targets")]
    [InlineData("/upstreams/theirs/health")]
    [InlineData("/upstreams/theirs/targets/all")]
    public async Task What_does_not_carry_it_is_not_there(string path)
    {
        await using var api = await StartAsync();
        var release = api.Releases.Current.Release.Number;
        (await api.GetAsync(path)).Status.ShouldBe(404);
        foreach (var (method, body) in ((string, string?)[])[("PUT", "{}"), ("PATCH", "{}"), ("POST", "{}"), ("DELETE", null)])
            (await api.SendAsync(method, path, body)).Status.ShouldBeOneOf(404, 405);
        api.Releases.Current.Release.Number.ShouldBe(release);
    }

    [Theory]
    [InlineData("GET", "/config", null)]
    [InlineData("POST", "/config", "{\"_format_version\":\"3.0\"}")]
    [InlineData("GET", "/certificates", null)]
    [InlineData("GET", "/ca_certificates", null)]
    [InlineData("GET", "/snis", null)]
    [InlineData("GET", "/vaults", null)]
    [InlineData("POST", "/vaults", "{\"name\":\"env\",\"prefix\":\"mine\",\"tags\":[\"tenant:acme\"]}")]
    [InlineData("POST", "/plugins", "{\"name\":\"correlation-id\"}")]
    [InlineData("POST", "/routes", "{\"paths\":[\"/x\"],\"service\":{\"name\":\"theirs\"}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"correlation-id\",\"service\":{\"name\":\"theirs\"}}")]
    [InlineData("POST", "/services", "{\"host\":\"theirs\"}")]
    [InlineData("POST", "/upstreams", "{\"name\":\"theirs.test\"}")]
    [InlineData("PATCH", "/services/ours", "{\"tags\":[]}")]
    [InlineData("PATCH", "/services/ours", "{\"tags\":[\"tenant:other\"]}")]
    [InlineData("PATCH", "/routes/ours", "{\"service\":{\"name\":\"theirs\"}}")]
    [InlineData("PATCH", "/services/ours", "{\"path\":\"/${HOME}\"}")]
    [InlineData("POST", "/plugins", "{\"name\":\"traffic-split\",\"service\":{\"name\":\"ours\"},\"config\":{\"rules\":[{\"destinations\":[{\"service\":\"theirs\"}]}]}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"mirror\",\"service\":{\"name\":\"ours\"},\"config\":{\"upstream\":\"theirs\"}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"canary\",\"service\":{\"name\":\"ours\"},\"config\":{\"upstream_host\":\"theirs\"}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"file-log\",\"service\":{\"name\":\"ours\"},\"config\":{\"path\":\"/tmp/x\"}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"waf\",\"service\":{\"name\":\"ours\"},\"config\":{\"rule_files\":[\"/etc/passwd\"]}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"waf\",\"service\":{\"name\":\"ours\"},\"config\":{\"rules\":\"SecRule ARGS \\\"@pmFromFile /etc/hostname\\\" \\\"id:1,deny\\\"\"}}")]
    [InlineData("POST", "/plugins", "{\"name\":\"key-auth\",\"service\":{\"name\":\"ours\"},\"instance_name\":\"{vault://env/path}\"}")]
    public async Task What_would_reach_beyond_it_is_refused(string method, string path, string? body)
    {
        await using var api = await StartAsync();
        var release = api.Releases.Current.Release.Number;
        (await api.SendAsync(method, path, body)).Status.ShouldBe(403);
        api.Releases.Current.Release.Number.ShouldBe(release);
    }

    [Fact]
    public async Task What_is_created_gets_the_tag_and_keeps_it_when_it_is_replaced()
    {
        await using var api = await StartAsync();
        (await api.SendAsync("POST", "/services", "name=new&host=new.test&tags[]=own")).Body!["tags"]!.ToJsonString().ShouldBe("""["own","tenant:acme"]""");
        (await api.SendAsync("PUT", "/services/new", """{"host":"newer.test"}""")).Body!["tags"]!.ToJsonString().ShouldBe("""["tenant:acme"]""");
        (await api.SendAsync("POST", "/services/new/routes", "paths[]=/new")).Body!["tags"]!.ToJsonString().ShouldBe("""["tenant:acme"]""");
        (await api.SendAsync("PUT", "/consumers/cleo", "{}")).Body!["tags"]!.ToJsonString().ShouldBe("""["tenant:acme"]""");
        (await api.SendAsync("POST", "/consumers/cleo/key-auth", "key=cleo-key")).Body!["tags"]!.ToJsonString().ShouldBe("""["tenant:acme"]""");
        (await api.SendAsync("DELETE", "/consumers/cleo")).Status.ShouldBe(204);
        (await api.GetAsync("/key-auths/cleo-key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_object_to_which_others_have_added_something_is_not_deleted_with_that()
    {
        await using var api = await StartAsync();
        (await api.SendAsync("DELETE", "/routes/ours")).Status.ShouldBe(204);
        api.Caller = Caller.Local;
        await api.SendAsync("POST", "/services/ours/plugins", "name=correlation-id");
        api.Caller = Acme;
        (await api.SendAsync("DELETE", "/services/ours")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Of_several_tags_a_new_object_gets_that_of_what_it_belongs_to_or_says_it()
    {
        await using var api = await StartAsync();
        api.Caller = Acme with { Scopes = ["tenant:acme", "tenant:other"] };
        (await api.SendAsync("POST", "/services", "host=x.test")).Status.ShouldBe(403);
        (await api.SendAsync("POST", "/services", "host=x.test&tags[]=tenant:other")).Status.ShouldBe(201);
        (await api.SendAsync("POST", "/services/theirs/routes", "paths[]=/x")).Body!["tags"]!.ToJsonString().ShouldBe("""["tenant:other"]""");
    }

    private static async Task<AdminApi> StartAsync()
    {
        var api = await AdminApi.StoredAsync();
        foreach (var (path, body) in ((string, string)[])
                 [
                     ("/services", "name=ours&host=ours.test&tags[]=tenant:acme"), ("/services", "name=theirs&host=theirs.test&tags[]=tenant:other"),
                     ("/routes", "name=ours&paths[]=/ours&service.name=ours&tags[]=tenant:acme&tags[]=b"), ("/routes", "name=theirs&paths[]=/theirs&service.name=theirs"),
                     ("/upstreams", "name=theirs"), ("/upstreams/theirs/targets", "target=a.test:80"),
                     ("/consumers", "username=ann&tags[]=tenant:acme"), ("/consumers", "username=ben"),
                     ("/consumers/ann/key-auth", "key=ann-key&tags[]=tenant:acme"), ("/consumers/ben/key-auth", "key=ben-key"),
                     ("/services/ours/plugins", "name=cors&tags[]=tenant:acme"), ("/services/theirs/plugins", "name=cors"), ("/plugins", "name=cors"),
                 ])
        {
            var (status, answer) = await api.SendAsync("POST", path, body);
            status.ShouldBe(201, $"{path} {body}: {answer}");
        }
        api.Caller = Acme;
        return api;
    }
}
