using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Authorization;

namespace Sluice.Gateway.Tests.Plugins.Authorization;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("/", "/a", false)]
    [InlineData("/**", "/", true)]
    [InlineData("/**", "/a/b", true)]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/", true)]
    [InlineData("/a", "//a", true)]
    [InlineData("/a", "/A", false)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a/*", "/a", false)]
    [InlineData("/a/*", "/a/b", true)]
    [InlineData("/a/*", "/a/b/c", false)]
    [InlineData("/a/**", "/a", true)]
    [InlineData("/a/**", "/ab", false)]
    [InlineData("/a/*/c", "/a/b/c", true)]
    [InlineData("/a/*/c", "/a/b/d", false)]
    [InlineData("/a b", "/a%20b", true)]
    [InlineData("/a%20b", "/a%20b", true)]
    [InlineData("/users/{claim:sub}/**", "/users/u1/x", true)]
    [InlineData("/users/{claim:sub}/**", "/users/u2/x", false)]
    [InlineData("/users/{claim:org.id}", "/users/7", true)]
    [InlineData("/users/{claim:none}", "/users/", false)]
    [InlineData("/users/{claim:none}", "/users/x", false)]
    [InlineData("/users/{consumer}", "/users/ann", false)]
    public void Paths_are_compared_by_segments(string pattern, string path, bool matches)
    {
        var exchange = new Exchange(new DefaultHttpContext(), null);
        new AuthenticatedClaims(System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>("""{"sub":"u1","org":{"id":7}}""")).LeaveOn(exchange);
        PathPattern.Refuse(pattern).ShouldBeNull();
        new PathPattern(pattern).Matches(exchange, path).ShouldBe(matches);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("/a/**/b")]
    [InlineData("/a*")]
    [InlineData("/{sub}")]
    [InlineData("/{claim:}")]
    public void Other_patterns_are_refused(string pattern) => PathPattern.Refuse(pattern).ShouldNotBeNull();

    [Theory]
    [InlineData("/a%2fb", true)]
    [InlineData("/%20%5C", true)]
    [InlineData("/a\\b", true)]
    [InlineData("/public/..;/admin", true)]
    [InlineData("/admin;x=1", true)]
    [InlineData("/a%3bb", true)]
    [InlineData("/a%00", true)]
    [InlineData("/a%252fb", true)]
    [InlineData("/a%20b%", false)]
    [InlineData("/", false)]
    public void Some_paths_may_be_read_in_two_ways(string path, bool ambiguous) => PathPattern.IsAmbiguous(path).ShouldBe(ambiguous);
}
