using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

public sealed class RouterExplanationTests
{
    [Fact]
    public void The_winner_is_first_then_those_it_was_preferred_to_then_the_near_misses()
    {
        var router = Sample.Router(
            new RouteConfig { Name = "winner", Hosts = ["a.test"], Paths = ["/p/long"] },
            new RouteConfig { Name = "shorter", Hosts = ["a.test"], Paths = ["/p"] },
            new RouteConfig { Name = "post", Hosts = ["a.test"], Paths = ["/p"], Methods = ["POST"] },
            new RouteConfig { Name = "far", Hosts = ["b.test"], Paths = ["/q"], Methods = ["PUT"] });
        var lines = router.Explain(Sample.Query("/p/long/x"));
        lines.Select(line => line.Route.Label).ShouldBe(["winner", "shorter", "post", "far"]);
        lines.Select(line => line.Matched).ShouldBe([true, false, false, false]);
        lines[0].Reason.ShouldBe("matches on hosts [a.test], prefix [/p/long]");
        lines[1].Reason.ShouldBe("matches on hosts [a.test], prefix [/p], but route winner has the longer path");
        lines[2].Reason.ShouldBe("method GET is not in [POST]");
        lines[3].Reason.ShouldBe("method GET is not in [PUT]; host \"a.test\" is not in [b.test]; path \"/p/long/x\" does not start with /q");
    }

    [Fact]
    public void An_expression_is_explained_by_its_parts()
    {
        var router = Sample.Router(
            RouterFlavor.Expressions,
            new RouteConfig { Name = "e", Expression = "http.path ^= \"/a\" && http.method == \"POST\"", Priority = 1 });
        router.Explain(Sample.Query("/a")).ShouldHaveSingleItem().Reason.ShouldBe("http.method == \"POST\" does not hold");
    }

    [Fact]
    public void No_more_than_the_limit_are_told_of() =>
        Sample.Router(Enumerable.Range(0, 50).Select(number => new RouteConfig { Name = $"r{number}", Paths = [$"/{number}"] }).ToArray())
            .Explain(Sample.Query("/7"), 3).Count.ShouldBe(3);
}
