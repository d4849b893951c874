using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

/// <summary>Matching costs what the matching routes cost, however many others there are, and allocates nothing.</summary>
public sealed class RouterCostTests
{
    [Theory]
    [InlineData("prefix")]
    [InlineData("one prefix inside the other")]
    [InlineData("host")]
    [InlineData("wildcard host")]
    [InlineData("host and path")]
    [InlineData("regular path")]
    [InlineData("header")]
    [InlineData("method and header")]
    [InlineData("server name")]
    [InlineData("expression")]
    public void The_number_of_routes_does_not_change_how_many_are_looked_at(string kind)
    {
        foreach (var count in new[] { 10, 1_000, 10_000 })
        {
            var flavor = kind == "expression" ? RouterFlavor.Expressions : RouterFlavor.TraditionalCompatible;
            var router = (IndexedRouter)Sample.Router(flavor, Enumerable.Range(0, count).Select(number => Route(kind, number)).ToArray());
            for (var number = 1; number < count; number += (count / 7) + 1)
            {
                var match = router.Match(Query(kind, number), out var looked);
                match.Route!.Config.Name.ShouldBe($"r{number}");
                looked.ShouldBeLessThanOrEqualTo(4, $"{kind}, {count} routes, number {number}");
            }

            router.Match(Sample.Query("/nothing", "nothing", protocol: "https", sni: "nothing"), out var lookedForNothing).Route.ShouldBeNull();
            lookedForNothing.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("host")]
    [InlineData("wildcard host")]
    [InlineData("regular path")]
    [InlineData("regular path with groups")]
    [InlineData("header")]
    [InlineData("server name")]
    [InlineData("expression")]
    public void Matching_allocates_nothing(string kind)
    {
        var flavor = kind == "expression" ? RouterFlavor.Expressions : RouterFlavor.TraditionalCompatible;
        var router = Sample.Router(flavor, Enumerable.Range(0, 100).Select(number => Route(kind, number)).ToArray());
        var query = Query(kind, 42);
        for (var i = 0; i < 100; i++) router.Match(query).Route.ShouldNotBeNull();

        Allocations.Least(() =>
        {
            for (var i = 0; i < 1_000; i++) _ = router.Match(query);
        }).ShouldBe(0);
    }

    [Fact]
    public void Parsing_a_normal_target_allocates_nothing()
    {
        const string target = "/orders/42/lines";
        Allocations.Least(() =>
        {
            for (var i = 0; i < 1_000; i++) _ = RequestPath.Parse(target);
        }).ShouldBe(0);
    }

    private static RouteConfig Route(string kind, int number)
    {
        var config = new RouteConfig { Name = $"r{number}" };
        return kind switch
        {
            "prefix" => config with { Paths = [$"/svc{number}/"] },
            "one prefix inside the other" => config with { Paths = [$"/{number % 2}/{number}/x"] },
            "host" => config with { Hosts = [$"h{number}.test"] },
            "wildcard host" => config with { Hosts = [$"*.h{number}.test"] },
            "host and path" => config with { Hosts = ["a.test"], Paths = [$"/svc{number}/"] },
            "regular path" => config with { Paths = [$"~/svc{number}/\\d+"] },
            "regular path with groups" => config with { Paths = [$"~/svc{number}/(?<id>\\d+)"] },
            "header" => config with { Headers = Sample.Headers(("x-tenant", [$"t{number}"])) },
            "method and header" => config with { Methods = ["GET"], Headers = Sample.Headers(("x-tenant", [$"t{number}"]), ("x-all", ["1"])) },
            "server name" => config with { Snis = [$"s{number}.test"] },
            _ => config with { Expression = $"http.host == \"a.test\" && http.path ^= \"/svc{number}/\"", Priority = 1 },
        };
    }

    private static RouteQuery Query(string kind, int number) => kind switch
    {
        "one prefix inside the other" => Sample.Query($"/{number % 2}/{number}/x"),
        "host" => Sample.Query(host: $"h{number}.test"),
        "wildcard host" => Sample.Query(host: $"a.h{number}.test"),
        "header" or "method and header" => Sample.Query(headers: [("X-Tenant", $"T{number}"), ("X-All", "1")]),
        "server name" => Sample.Query(protocol: "https", sni: $"s{number}.test"),
        _ => Sample.Query($"/svc{number}/7"),
    };
}
