using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

public sealed class TraditionalRoutingTests
{
    [Theory]
    [InlineData("exact.test", "exact")]
    [InlineData("exact.test:8080", "exact")]
    [InlineData("EXACT.test", null)]
    [InlineData("exact.test.", null)]
    [InlineData("exact.test:", null)]
    [InlineData("a.wild.test", "left")]
    [InlineData("a.b.wild.test", "left")]
    [InlineData("wild.test", null)]
    [InlineData("right.com", "right")]
    [InlineData("right.co.uk", "right")]
    [InlineData("right.", "right")]
    [InlineData("right", null)]
    [InlineData("xright.com", null)]
    [InlineData("port.test:81", "port")]
    [InlineData("port.test:82", null)]
    [InlineData("port.test", null)]
    [InlineData("", null)]
    public void Hosts(string host, string? route) => Match(
        Sample.Query(host: host),
        new RouteConfig { Name = "exact", Hosts = ["exact.test"] },
        new RouteConfig { Name = "left", Hosts = ["*.wild.test"] },
        new RouteConfig { Name = "right", Hosts = ["right.*"] },
        new RouteConfig { Name = "port", Hosts = ["port.test:81"] }).ShouldBe(route);

    [Theory]
    [InlineData("/a", "a", 2)]
    [InlineData("/abc", "ab", 3)]
    [InlineData("/a/b", "a/b", 4)]
    [InlineData("/a/bc", "a/b", 4)]
    [InlineData("/A", null, 0)]
    [InlineData("/", null, 0)]
    [InlineData("/café/x", "café", 5)]
    public void Longer_prefixes_come_first(string path, string? route, int length)
    {
        var match = Sample.Router(
            new RouteConfig { Name = "a", Paths = ["/a"] },
            new RouteConfig { Name = "ab", Paths = ["/ab"] },
            new RouteConfig { Name = "a/b", Paths = ["/a/b"] },
            new RouteConfig { Name = "café", Paths = ["/café"] }).Match(Sample.Query(path));
        match.Route?.Config.Name.ShouldBe(route);
        match.MatchedLength.ShouldBe(length);
    }

    [Theory]
    [InlineData("/p/abc", "five")]
    [InlineData("/p/123", "one")]
    [InlineData("/p/abc/def", "five")]
    [InlineData("/p/", "one")]
    [InlineData("/p", null)]
    public void Regular_paths_come_before_prefixes_and_among_each_other_by_their_priority(string path, string? route) => Match(
        Sample.Query(path),
        new RouteConfig { Name = "one", Paths = ["~/p/.*"], RegexPriority = 1 },
        new RouteConfig { Name = "five", Paths = ["~/p/[a-z]+"], RegexPriority = 5 },
        new RouteConfig { Name = "three", Paths = ["~/p/abc"], RegexPriority = 3 },
        new RouteConfig { Name = "prefix", Paths = ["/p/abc/def"] }).ShouldBe(route);

    [Fact]
    public void A_regular_path_takes_what_it_matched_and_gives_its_groups()
    {
        var match = Sample.Router(new RouteConfig { Name = "r", Paths = ["~/u/(?<who>\\w+)/p"] }).Match(Sample.Query("/u/joe/pq"));
        match.MatchedLength.ShouldBe("/u/joe/p".Length);
        match.Captures!.Named["who"].ShouldBe("joe");
        match.Captures.Unnamed.ShouldBe(["joe"]);
    }

    [Fact]
    public void Each_path_of_a_route_counts_with_its_own_length()
    {
        var many = new RouteConfig { Name = "many", Paths = ["/a", "/a/long/path"] };
        var one = new RouteConfig { Name = "one", Paths = ["/a/long"] };
        Match(Sample.Query("/a/x"), many, one).ShouldBe("many");
        Match(Sample.Query("/a/long/x"), many, one).ShouldBe("one");
        Match(Sample.Query("/a/long/path"), many, one).ShouldBe("many");
    }

    [Theory]
    [InlineData("1", "exact")]
    [InlineData("2", "exact")]
    [InlineData("three", "upper")]
    [InlineData("THREE", "upper")]
    [InlineData("1, 2", null)]
    [InlineData("v77", "regex")]
    [InlineData("V77", "regex")]
    [InlineData("v", null)]
    public void Headers(string value, string? route) => Match(
        Sample.Query(headers: ("X-Ver", value)),
        new RouteConfig { Name = "exact", Headers = Sample.Headers(("x-ver", ["1", "2"])) },
        new RouteConfig { Name = "upper", Headers = Sample.Headers(("X_VER", ["Three"])) },
        new RouteConfig { Name = "regex", Headers = Sample.Headers(("x-ver", ["~*^V\\d+$"])) }).ShouldBe(route);

    [Fact]
    public void Any_of_several_values_of_a_header_will_do_and_all_headers_must()
    {
        var route = new RouteConfig { Name = "r", Headers = Sample.Headers(("a", ["1"]), ("b", ["2"])) };
        Match(Sample.Query(headers: [("a", "0"), ("a", "1"), ("b", "2")]), route).ShouldBe("r");
        Match(Sample.Query(headers: [("a", "1")]), route).ShouldBeNull();
    }

    [Theory]
    [InlineData("GET", "get")]
    [InlineData("MYVERB", "verb")]
    [InlineData("POST", null)]
    public void Methods(string method, string? route) => Match(
        Sample.Query(method: method),
        new RouteConfig { Name = "get", Methods = ["GET", "HEAD"] },
        new RouteConfig { Name = "verb", Methods = ["MYVERB"] }).ShouldBe(route);

    [Theory]
    [InlineData("https", "b.sni.test", "wild")]
    [InlineData("https", "c.d.sni.test", "wild")]
    [InlineData("https", "plain.test", "plain")]
    [InlineData("https", "other.test", null)]
    [InlineData("https", null, null)]
    [InlineData("http", null, "plain")]
    public void Server_names_count_only_with_tls(string protocol, string? sni, string? route)
    {
        var plain = new RouteConfig { Name = "plain", Snis = ["plain.test."], Methods = ["GET"] };
        var wild = new RouteConfig { Name = "wild", Snis = ["*.sni.test"] };
        Match(Sample.Query(protocol: protocol, sni: sni), plain, wild).ShouldBe(route);
    }

    [Theory]
    [InlineData("10.1.2.3", "block")]
    [InlineData("::ffff:10.1.2.3", "block")]
    [InlineData("192.168.0.1", "address")]
    [InlineData("192.168.0.2", null)]
    public void Sources(string address, string? route) => Match(
        Sample.Query() with { Source = new(System.Net.IPAddress.Parse(address), 5555) },
        new RouteConfig { Name = "block", Sources = [new SocketMatch { Ip = "10.9.9.9/8" }] },
        new RouteConfig { Name = "address", Sources = [new SocketMatch { Ip = "192.168.0.1", Port = 5555 }] }).ShouldBe(route);

    /// <summary>Each pair is two routes that both match; the first is to win. What is recorded of Kong is marked.</summary>
    [Theory]
    [InlineData("host+path", "host")]
    [InlineData("host+path", "regex")] // recorded
    [InlineData("regex", "method+path")]
    [InlineData("regex", "header")] // recorded: not as Kong's layout of the bits is meant
    [InlineData("wild+regex", "method+header")] // recorded
    [InlineData("method+header", "header")] // recorded
    [InlineData("method+path", "path")]
    [InlineData("host", "method+path")]
    [InlineData("host", "wild+path+method")]
    [InlineData("wild+path+method+header", "host+path+method")]
    [InlineData("two headers", "header")]
    [InlineData("longer path", "path")]
    public void Priority_between_kinds_of_conditions(string first, string second)
    {
        var query = Sample.Query("/p/12", host: "a.g.test", headers: [("x", "h"), ("y", "h")]);
        Match(query, Kind(first), Kind(second)).ShouldBe(first);
        Match(query, Kind(second), Kind(first)).ShouldBe(first);
    }

    [Fact]
    public void Ties_go_to_the_greater_id_whatever_the_order_in_the_file()
    {
        var low = new RouteConfig { Name = "low", Id = new Guid("10000000-0000-0000-0000-000000000000"), Paths = ["/a"] };
        var high = new RouteConfig { Name = "high", Id = new Guid("f0000000-0000-0000-0000-000000000000"), Paths = ["/a"] };
        Match(Sample.Query("/a"), low, high).ShouldBe("high");
        Match(Sample.Query("/a"), high, low).ShouldBe("high");
    }

    [Fact]
    public void Stream_routes_and_routes_of_disabled_services_are_left_out()
    {
        var routes = new[]
        {
            Sample.Route(new RouteConfig { Name = "tcp", Protocols = ["tcp"] }),
            Sample.Route(new RouteConfig { Name = "off", Paths = ["/"] }, new ServiceConfig { Enabled = false }),
        };
        var router = RouterFactory.Build(RouterFlavor.TraditionalCompatible, routes);
        router.InMatchingOrder.ShouldBeEmpty();
        router.Match(Sample.Query()).Route.ShouldBeNull();
    }

    [Fact]
    public void An_https_route_matches_http_and_says_so()
    {
        var match = Sample.Router(new RouteConfig { Name = "s", Paths = ["/"], Protocols = ["https"] }).Match(Sample.Query());
        match.Route.ShouldNotBeNull();
        match.Protocols.ShouldBe(RouteProtocols.Https);
    }

    [Fact]
    public void The_order_of_matching_lists_each_route_once()
    {
        var router = Sample.Router(
            new RouteConfig { Name = "short", Paths = ["/a", "/a/b/c/d"] },
            new RouteConfig { Name = "regex", Paths = ["~/x"] },
            new RouteConfig { Name = "middle", Paths = ["/a/b"] });
        router.InMatchingOrder.Select(route => route.Config.Name).ShouldBe(["regex", "short", "middle"]);
    }

    private static string? Match(RouteQuery query, params RouteConfig[] routes) => Sample.Router(routes).Match(query).Route?.Config.Name;

    private static RouteConfig Kind(string name)
    {
        var config = new RouteConfig { Name = name };
        if (name.Contains("host")) config = config with { Hosts = ["a.g.test"] };
        if (name.Contains("wild")) config = config with { Hosts = ["*.g.test"] };
        if (name.Contains("method")) config = config with { Methods = ["GET"] };
        if (name.Contains("header")) config = config with { Headers = Sample.Headers(("x", ["h"])) };
        if (name == "two headers") config = config with { Headers = Sample.Headers(("x", ["h"]), ("y", ["h"])) };
        if (name.Contains("path")) config = config with { Paths = ["/p"] };
        if (name == "longer path") config = config with { Paths = ["/p/1"] };
        return name.Contains("regex") ? config with { Paths = ["~/p/\\d+$"] } : config;
    }
}
