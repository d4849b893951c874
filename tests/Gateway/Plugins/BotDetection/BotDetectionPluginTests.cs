using Sluice.Gateway.Plugins.BotDetection;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.BotDetection;

public class BotDetectionPluginTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 403)]
    [InlineData("Mozilla/5.0 (compatible; Yahoo! Slurp)", 403)]
    [InlineData("Go-http-client/1.1", 403)]
    [InlineData("okhttp/3.1", 403)]
    [InlineData("Slackbot 1.0", 403)]
    [InlineData("Sogou web SPIDER", 403)]
    [InlineData("my-crawler", 403)]
    [InlineData("Steeler/3.5", 403)]
    [InlineData("aws-cli/1.2", 403)]
    [InlineData("facebookexternalhit/1.1", 403)]
    [InlineData("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT; MSIECrawler)", 403)]
    [InlineData("Steeler", 200)]
    [InlineData("HelloBot", 200)]
    [InlineData("python-requests/2.1", 200)]
    [InlineData("Wget/1.2", 200)]
    [InlineData("curl/8.0", 200)]
    [InlineData("Java/1.8", 200)]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", 200)]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1", 200)]
    [InlineData("", 200)]
    [InlineData(null, 200)]
    public async Task Knows_robots_from_browsers(string? agent, int status)
    {
        var result = await new PluginHarness().Use("bot-detection", new BotDetectionConfig()).SendAsync(headers: agent is null ? null : [("User-Agent", agent)]);
        result.Status.ShouldBe(status);
        if (status == 403) result.Body.ShouldContain("\"Forbidden\"");
    }

    [Theory]
    [InlineData("curl/8.0", 403)]
    [InlineData("not curl/8.0", 200)]
    [InlineData("Googlebot/2.1", 200)]
    [InlineData("bingbot/2.1", 403)]
    [InlineData("curl/8.0 for Googlebot", 200)]
    public async Task What_is_allowed_goes_before_what_is_denied(string agent, int status) =>
        (await new PluginHarness().Use("bot-detection", new BotDetectionConfig { Allow = ["Google[b]ot"], Deny = ["^curl"] }).SendAsync(headers: [("User-Agent", agent)]))
            .Status.ShouldBe(status);

    [Fact]
    public async Task Two_agents_are_a_bad_request()
    {
        var result = await new PluginHarness().Use("bot-detection", new BotDetectionConfig()).SendAsync(headers: [("User-Agent", "a"), ("User-Agent", "b")]);
        result.Status.ShouldBe(400);
        result.Body.ShouldContain("Only one User-Agent header allowed");
    }

    [Fact]
    public void A_bad_expression_is_a_problem() =>
        Files.Problems("_format_version: '3.0'\nplugins: [{name: bot-detection, config: {deny: ['(']}}]").ShouldHaveSingleItem().ShouldContain("not a valid regex: '('");
}
