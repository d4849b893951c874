using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Sluice.Control.KongAdmin;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Tests.KongAdmin;

public sealed class FormFieldsTests
{
    [Theory]
    [InlineData("routes", "paths[]=/a", """{"paths":["/a"]}""")]
    [InlineData("routes", "paths=/a", """{"paths":["/a"]}""")]
    [InlineData("routes", "paths[]=/a&paths[]=/b", """{"paths":["/a","/b"]}""")]
    [InlineData("routes", "paths[2]=/b&paths[1]=/a", """{"paths":["/a","/b"]}""")]
    [InlineData("routes", "strip_path=false&regex_priority=7", """{"strip_path":false,"regex_priority":7}""")]
    [InlineData("routes", "headers.x-a=1&headers.x-a=2", """{"headers":{"x-a":["1","2"]}}""")]
    [InlineData("routes", "service.id=00000000-0000-0000-0000-000000000001", """{"service":{"id":"00000000-0000-0000-0000-000000000001"}}""")]
    [InlineData("services", "url=http://a.test&retries=0", """{"url":"http://a.test","retries":0}""")]
    [InlineData("services", "tags=a&path=", """{"tags":["a"],"path":null}""")]
    [InlineData("services", "port=eighty", """{"port":"eighty"}""")]
    [InlineData("upstreams", "healthchecks.active.healthy.interval=5", """{"healthchecks":{"active":{"healthy":{"interval":5}}}}""")]
    public void Become_the_object_that_they_mean(string kind, string form, string expected) =>
        ToObject(form, EntitySchema.Of(EntityKind.ByName[kind], plugin: null)).ToJsonString().ShouldBe(expected);

    [Fact]
    public void Settings_of_a_plugin_have_the_types_of_its_record() =>
        ToObject("name=rate-limiting&config.minute=5&config.hide_client_headers=true", EntitySchema.Of(EntityKind.ByName["plugins"], "rate-limiting"))["config"]!
            .ToJsonString().ShouldBe("""{"minute":5,"hide_client_headers":true}""");

    [Theory]
    [InlineData("...=x")]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s=x")]
    [InlineData("[]=x")]
    [InlineData("a[=x&a]=y&a[-1]=z&a[99999999999]=q")]
    [InlineData("a=1&a.b=2&a.b.c=3&a[]=4")]
    public void Names_that_make_no_sense_do_no_harm(string form) => ToObject(form, []).Count.ShouldBeGreaterThan(0);

    private static JsonObject ToObject(string form, JsonObject schema) =>
        FormFields.ToObject(
            form.Split('&').Select(f => f.Split('=', 2)).GroupBy(f => f[0], f => f[1]).Select(g => KeyValuePair.Create(g.Key, new StringValues([.. g]))), schema);
}
