namespace Sluice.Control.Tests.KongAdmin;

public sealed class PagesTests
{
    [Fact]
    public async Task The_node_says_what_it_is()
    {
        await using var api = await AdminApi.StoredAsync();
        await api.SendAsync("POST", "/plugins", "name=key-auth");
        var root = (await api.GetAsync("/")).Body!;
        root["plugins"]!["enabled_in_cluster"]!.ToJsonString().ShouldBe("""["key-auth"]""");
        (await api.GetAsync("/plugins/enabled")).Body!["enabled_plugins"]!.AsArray().Select(n => (string)n!).ShouldContain("jwt");
        (await api.GetAsync("/endpoints")).Body!["data"]!.AsArray().Select(n => (string)n!).ShouldContain("/services/{services}/routes/{routes}");
    }

    [Fact]
    public async Task Schemas_tell_types_bounds_and_defaults()
    {
        await using var api = await AdminApi.StoredAsync();
        var fields = (await api.GetAsync("/schemas/services")).Body!["fields"]!.AsArray();
        fields.Single(f => f!["retries"] is not null)!["retries"]!["between"]!.ToJsonString().ShouldBe("[0,32767]");
        fields.Single(f => f!["client_certificate"] is not null)!["client_certificate"]!["type"]!.ToString().ShouldBe("foreign");
        var config = (await api.GetAsync("/schemas/plugins/rate-limiting")).Body!["fields"]!.AsArray().Single(f => f!["config"] is not null)!["config"]!;
        config["fields"]!.AsArray().Single(f => f!["policy"] is not null)!["policy"]!["default"]!.ToString().ShouldBe("local");
        (await api.GetAsync("/schemas/plugins/nope")).Status.ShouldBe(404);
        (await api.GetAsync("/schemas/nope")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_object_can_be_checked_without_being_stored()
    {
        await using var api = await AdminApi.StoredAsync();
        (await api.SendAsync("POST", "/schemas/plugins/validate", """{"name":"key-auth"}""")).Body!["message"]!.ToString().ShouldBe("schema validation successful");
        (await api.SendAsync("POST", "/schemas/services/validate", """{"host":"a b","name":"c d"}""")).Body!["message"]!.ToString()
            .ShouldBe("2 schema violations (host: invalid value: a b; name: invalid value 'c d': the only accepted ascii characters are alphanumerics or ., -, _, and ~)");
        api.Releases.Current.Release.Number.ShouldBe(0);
    }

    [Fact]
    public async Task Tags_tell_what_carries_them()
    {
        await using var api = await AdminApi.StoredAsync();
        await api.SendAsync("POST", "/consumers", "username=ann&tags[]=x&tags[]=y");
        (await api.GetAsync("/tags")).Body!["data"]!.AsArray().Count.ShouldBe(2);
        (await api.GetAsync("/tags/x")).Body!["data"]![0]!["entity_name"]!.ToString().ShouldBe("consumers");
    }

    [Fact]
    public async Task A_whole_configuration_is_put_in_place_only_when_it_is_right()
    {
        await using var api = await AdminApi.StoredAsync();
        (await api.SendAsync("POST", "/config", """{"_format_version":"3.0","services":[{"name":"s","host":"a"}]}""")).Body!["services"]!.AsObject().Count.ShouldBe(1);
        var (status, body) = await api.SendAsync("POST", "/config", """{"_format_version":"3.0","services":[{"name":"t"}]}""");
        (status, (int)body!["code"]!).ShouldBe((400, 14));
        body["message"]!.ToString().ShouldContain("required field missing");
        (await api.GetAsync("/services/s")).Status.ShouldBe(200);
        (await api.SendAsync("POST", "/config?check_hash=1", """{"_format_version":"3.0","services":[{"name":"s","host":"a"}]}""")).Status.ShouldBe(304);
        (await api.SendAsync("POST", "/config", "config=_format_version: '3.0'")).Status.ShouldBe(201);
        (await api.GetAsync("/services/s")).Status.ShouldBe(404);
        (await api.SendAsync("POST", "/config", """{"config":"- a"}""")).Status.ShouldBe(400);
        (await api.SendAsync("POST", "/config")).Body!["message"]!.ToString().ShouldBe("expected a declarative configuration");
        (await api.GetAsync("/config")).Body!["config"]!.ToString().ShouldContain("_format_version");
    }
}
