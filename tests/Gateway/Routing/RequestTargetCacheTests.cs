using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Tests.Routing;

public sealed class RequestTargetCacheTests
{
    private readonly RequestTargetCache cache = new();

    [Fact]
    public void The_same_target_again_costs_nothing()
    {
        var route = new RouteConfig();
        var first = Ask(route, "/p/x?q=1");
        var again = new string("/p/x?q=1");
        (string Path, string Query, string Upstream) second = default;
        Allocations.Least(() => second = Ask(route, again)).ShouldBe(0);
        second.ShouldBe(first);
        second.Upstream.ShouldBe("/x");
    }

    [Fact]
    public void Another_target_or_route_is_worked_out_anew()
    {
        Ask(new RouteConfig(), "/p/x").Upstream.ShouldBe("/x");
        Ask(new RouteConfig(), "/p/y?z").ShouldBe(("/p/y", "?z", "/y"));
        Ask(new RouteConfig { StripPath = false }, "/p/y?z").Upstream.ShouldBe("/p/y");
        cache.Parse("/%zz").Error.ShouldBe(RequestPathError.Malformed);
        cache.Parse("/%zz").Error.ShouldBe(RequestPathError.Malformed);
    }

    private (string Path, string Query, string Upstream) Ask(RouteConfig route, string target)
    {
        var parsed = cache.Parse(target);
        return (parsed.Path, parsed.Query, cache.UpstreamPath(new RouteMatch { MatchedLength = 2 }, route, null, parsed.Path));
    }
}
