using Sluice.Control.ConfigApi.Objects;

namespace Sluice.Control.Tests.ConfigApi;

public sealed class RoutePathTextTests
{
    [Theory]
    [InlineData("/api/v1/users/*", "/api/v1/users/")]
    [InlineData("/*", "/")]
    [InlineData("/users*", "/users")]
    [InlineData("/users", "~/users$")]
    [InlineData("/a.b/c+d", @"~/a\.b/c\+d$")]
    [InlineData("/users/{id}", "~/users/(?<id>[^/]+)$")]
    [InlineData("/users/{id}/*", "~/users/(?<id>[^/]+)/")]
    [InlineData(@"~/\d+", @"~/\d+")]
    public void Words_are_stored_paths_and_back(string text, string stored)
    {
        RoutePathText.Parse(text).Path.ShouldBe(stored);
        RoutePathText.Show(stored).ShouldBe(text);
    }

    [Fact]
    public void Colons_are_parameters_too() => RoutePathText.Parse("/users/:id").Path.ShouldBe("~/users/(?<id>[^/]+)$");

    [Theory]
    [InlineData("users")]
    [InlineData("")]
    [InlineData("/a*b")]
    [InlineData("/a/*/b")]
    [InlineData("/a/{b")]
    [InlineData("/a/x{b}")]
    public void Others_are_refused(string text) => RoutePathText.Parse(text).Problem.ShouldNotBeNull();
}
