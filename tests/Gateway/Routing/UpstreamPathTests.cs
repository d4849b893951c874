using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Tests.Routing;

public sealed class UpstreamPathTests
{
    [Theory]
    [InlineData(null, "/r", "/r", "/")]
    [InlineData(null, "/r", "/r/", "/")]
    [InlineData(null, "/r", "/r/x", "/x")]
    [InlineData(null, "/r", "/rx", "/x")]
    [InlineData(null, "", "/r/x", "/r/x")]
    [InlineData("/s", "/r", "/r", "/s")]
    [InlineData("/s", "/r", "/r/", "/s/")]
    [InlineData("/s", "/r", "/rx", "/s/x")]
    [InlineData("/s", "/r", "/r/x", "/s/x")]
    [InlineData("/s", "/", "/", "/s")]
    [InlineData("/s/", "/r", "/r", "/s")]
    [InlineData("/s/", "/r", "/r/", "/s/")]
    [InlineData("/s/", "/r", "/rx", "/s/x")]
    [InlineData("/s/", "/r", "/r/x", "/s/x")]
    [InlineData("/s/", "", "/", "/s/")]
    [InlineData("/s/", "", "/r/", "/s/r/")]
    [InlineData("/s", "/r", "/r..", "/s")]
    [InlineData("/s", "/r", "/r../x", "/s/x")]
    [InlineData("/s", "/r", "/r./x", "/s/x")]
    [InlineData("/s", "/r", "/r.x", "/s/.x")]
    public void The_matched_part_is_cut(string? servicePath, string matched, string path, string expected) =>
        Build(servicePath, matched, path, strip: true).ShouldBe(expected);

    [Theory]
    [InlineData(null, "/r/x", "/r/x")]
    [InlineData("/s", "/", "/s")]
    [InlineData("/s", "/r", "/s/r")]
    [InlineData("/s/", "/", "/s/")]
    [InlineData("/s/", "/r/x", "/s/r/x")]
    public void Without_strip_path_the_whole_path_is_put_behind_the_services(string? servicePath, string path, string expected) =>
        Build(servicePath, "/r", path, strip: false).ShouldBe(expected);

    [Theory]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/café", "/caf%C3%A9")]
    [InlineData("/\U0001F600", "/%F0%9F%98%80")]
    [InlineData("/{x}|^`\"<>\\", "/%7Bx%7D%7C%5E%60%22%3C%3E%5C")]
    [InlineData("/a%2Fb%25", "/a%2Fb%25")]
    [InlineData("/[x]'(y)!*$&,;:=@+~#", "/[x]'(y)!*$&,;:=@+~#")]
    [InlineData("/\r\n", "/%0D%0A")]
    public void What_may_not_stand_in_a_path_is_encoded(string path, string expected) => UpstreamPath.Escape(path).ShouldBe(expected);

    [Fact]
    public void Nothing_to_do_gives_the_same_instance()
    {
        const string path = "/r/x";
        UpstreamPath.Build(new RouteMatch { MatchedLength = 1 }, new RouteConfig(), null, path).ShouldBeSameAs(path);
        UpstreamPath.Build(new RouteMatch { MatchedLength = 2 }, new RouteConfig { StripPath = false }, null, path).ShouldBeSameAs(path);
    }

    private static string Build(string? servicePath, string matched, string path, bool strip) => UpstreamPath.Build(
        new RouteMatch { MatchedLength = matched.Length }, new RouteConfig { StripPath = strip }, new ServiceConfig { Path = servicePath }, path);
}
