using Sluice.Gateway.Plugins.Redirect;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.Redirect;

public class RedirectPluginTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(308)]
    public async Task Answers_with_the_location_as_it_is_written(int status)
    {
        var result = await new PluginHarness().Use("redirect", new RedirectConfig { StatusCode = status, Location = "https://New.test/q?x=1#f" }).SendAsync("/a?b=c");
        result.Status.ShouldBe(status);
        result.Header("Location").ShouldBe("https://New.test/q?x=1#f");
        result.Header("Content-Type").ShouldBeNull();
        result.Body.ShouldBe("redirecting");
    }

    [Theory]
    [InlineData("https://new.test/base?z=1", "/a/b?c=d", "https://new.test/a/b?c=d")]
    [InlineData("https://new.test/base?z=1#f", "/", "https://new.test/#f")]
    [InlineData("HTTPS://u:p@New.Test:443/base", "/a", "https://u:p@new.test/a")]
    [InlineData("http://new.test:8080", "/a//b/", "http://new.test:8080/a//b/")]
    [InlineData("http://new.test", "/a/./b/../c/%2E%2e/d?x=../y", "http://new.test/a/d?x=../y")]
    [InlineData("http://new.test", "/../..", "http://new.test/")]
    [InlineData("http://new.test", "/a\"b{c}\u00E9?d='e'|", "http://new.test/a%22b%7Bc%7D%E9?d=%27e%27|")]
    [InlineData("http://new.test", "/a%2fb?", "http://new.test/a%2fb")]
    [InlineData("http://[::1]:81/", "/a", "http://[::1]:81/a")]
    public async Task Keeps_the_path_and_the_query_of_the_request(string location, string target, string expected) =>
        (await new PluginHarness().Use("redirect", new RedirectConfig { StatusCode = 302, Location = location, KeepIncomingPath = true }).SendAsync(target))
            .Header("Location").ShouldBe(expected);

    [Fact]
    public async Task A_status_that_cannot_end_a_request_is_our_failure() =>
        (await new PluginHarness().Use("redirect", new RedirectConfig { StatusCode = 100, Location = "http://new.test" }).SendAsync()).Status.ShouldBe(500);

    [Theory]
    [InlineData("{}")]
    [InlineData("{location: /path}")]
    [InlineData("{location: 'new.test'}")]
    [InlineData("{location: 'mailto:a@new.test'}")]
    [InlineData("{location: \"http://new.test/\\r\\nSet-Cookie: a\"}")]
    [InlineData("{location: 'http://new.test', status_code: 99}")]
    public void A_location_must_be_a_URL_with_a_host(string config) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: redirect, config: {config}}}]").ShouldHaveSingleItem();
}
