using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Routing.Matching;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

/// <summary>The index against a walk through all routes, on random tables that are full of near misses.</summary>
public sealed class RouterPropertyTests
{
    private static readonly string[] Hosts = ["a.test", "b.test", "x.a.test", "y.x.a.test", "a.org", "c"];
    private static readonly string[] HostPatterns = ["a.test", "b.test", "*.a.test", "*.test", "a.*", "x.*", "a.test:81", "*.a.test:82"];
    private static readonly string[] Segments = ["/a", "/b", "/ab", "/a/", "/é", "/aa", "/1"];
    private static readonly string[] Regexes = ["~/a/\\d+", "~/(a|b)/", "~/ab?$", "~/a|/b", "~(?i)/AB", "~/.*1$"];
    private static readonly string[] Methods = ["GET", "POST", "PUT"];
    private static readonly string[] Values = ["1", "2", "~*^[12]$", "x"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_index_finds_what_a_walk_through_all_routes_finds(int seed)
    {
        var random = new Random(seed);
        for (var table = 0; table < 12; table++)
        {
            var routes = Enumerable.Range(0, random.Next(1, 80)).Select(number => Sample.Route(Route(random, number))).ToArray();
            var flavor = seed % 2 == 0 ? RouterFlavor.Expressions : RouterFlavor.TraditionalCompatible;
            var router = (IndexedRouter)RouterFactory.Build(flavor, routes);
            for (var request = 0; request < 100; request++)
            {
                var query = Query(random);
                var expected = router.Variants.FirstOrDefault(variant => RouteConditions.Unmet(variant, query).Count == 0);
                router.Match(query).Route.ShouldBe(expected?.Route, $"{query.Method} {query.Protocol} {query.Host}{query.Path}");
                if (request % 20 == 0) router.Explain(query, 3)[0].Matched.ShouldBe(expected is not null);
            }
        }
    }

    private static RouteConfig Route(Random random, int number)
    {
        var config = new RouteConfig { Name = $"r{number}", Id = Id(random) };
        if (random.Next(3) == 0) config = config with { Expression = Expression(random), Priority = random.Next(3) };
        if (random.Next(2) == 0) config = config with { Hosts = Some(random, HostPatterns) };
        if (random.Next(3) == 0) config = config with { Methods = Some(random, Methods) };
        if (random.Next(4) == 0) config = config with { Headers = Sample.Headers(("x-v", Some(random, Values))) };
        if (random.Next(8) == 0) config = config with { Snis = Some(random, ["a.test", "*.test"]) };
        if (random.Next(4) == 0) config = config with { Protocols = random.Next(2) == 0 ? ["http"] : ["https"] };
        if (random.Next(3) > 0)
            config = config with { Paths = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4) == 0 ? One(random, Regexes) : Path(random)).Distinct().ToArray() };
        return config with { RegexPriority = random.Next(-1, 4) };
    }

    private static string Expression(Random random)
    {
        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(8) switch
        {
            0 => $"http.host == \"{One(random, Hosts)}\"",
            1 => "(http.host =^ \".test\" || http.host ^= \"a.\")",
            2 => $"http.path ^= \"{Path(random)}\"",
            3 => "http.path ~ r#\"^/a/\\d+\"#",
            4 => $"(http.method == \"{One(random, Methods)}\" || http.method == \"GET\")",
            5 => $"any(lower(http.headers.x_v)) == \"{One(random, ["1", "x"])}\"",
            6 => $"!(http.path == \"{Path(random)}\")",
            _ => "http.path.segments.len > 1",
        });
        return string.Join(" && ", parts);
    }

    private static RouteQuery Query(Random random)
    {
        var https = random.Next(3) == 0;
        var headers = Enumerable.Range(0, random.Next(3)).Select(_ => (random.Next(4) == 0 ? "x_v" : "X-V", One(random, ["1", "2", "X", "12"]))).ToArray();
        var port = random.Next(3) switch { 0 => ":81", 1 => ":82", _ => "" };
        return Sample.Query(Path(random) + Path(random), One(random, Hosts) + port, One(random, Methods), https ? "https" : "http",
            https ? One(random, Hosts) : null, "", headers);
    }

    private static string Path(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => One(random, Segments)));

    private static Guid Id(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static string One(Random random, string[] from) => from[random.Next(from.Length)];

    private static string[] Some(Random random, string[] from) =>
        Enumerable.Range(0, random.Next(1, 3)).Select(_ => One(random, from)).Distinct().ToArray();
}
