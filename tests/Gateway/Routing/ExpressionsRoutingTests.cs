using System.Net;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Routing.Expressions;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

public sealed class ExpressionsRoutingTests
{
    [Theory]
    [InlineData("http.method == \"GET\"", true)]
    [InlineData("http.method != \"GET\"", false)]
    [InlineData("http.host == \"a.test\"", true)]
    [InlineData("http.host =^ \".test\"", true)]
    [InlineData("http.host ^= \"b\"", false)]
    [InlineData("http.path ^= \"/A\"", true)]
    [InlineData("http.path ~ r#\"^/A/(\\d+)$\"#", false)]
    [InlineData("http.path ~ \"^/A/\\\\w+/c$\"", true)]
    [InlineData("http.path contains \"/b/\"", true)]
    [InlineData("lower(http.path) == \"/a/b/c\"", true)]
    [InlineData("http.path.segments.0 == \"A\"", true)]
    [InlineData("http.path.segments.1_2 == \"b/c\"", true)]
    [InlineData("http.path.segments.3 != \"x\"", false)]
    [InlineData("http.path.segments.len == 3", true)]
    [InlineData("http.path.segments.len >= 0x4", false)]
    [InlineData("http.headers.x_one == \"1\"", true)]
    [InlineData("http.headers.x_two == \"2\"", false)]
    [InlineData("any(http.headers.x_two) == \"2\"", true)]
    [InlineData("any(lower(http.headers.x_two)) == \"three\"", true)]
    [InlineData("http.headers.x_none != \"1\"", false)]
    [InlineData("!(http.headers.x_none == \"1\")", true)]
    [InlineData("http.queries.q == \"a b\"", true)]
    [InlineData("http.queries.empty == \"\"", true)]
    [InlineData("any(http.queries.m) == \"2\"", true)]
    [InlineData("http.queries.m == \"2\"", false)]
    [InlineData("net.protocol == \"https\"", true)]
    [InlineData("tls.sni == \"sni.test\"", true)]
    [InlineData("net.src.ip == 10.1.2.3", true)]
    [InlineData("net.src.ip in 10.0.0.0/8", true)]
    [InlineData("net.src.ip not in 10.0.0.0/8", false)]
    [InlineData("net.src.ip in fd00::/8", false)]
    [InlineData("net.src.port > 1000 && net.src.port <= 5555", true)]
    [InlineData("net.dst.port == 8443", true)]
    [InlineData("net.port == 8443", true)]
    public void Tests(string expression, bool holds)
    {
        var query = Sample.Query(
            "/A/b/c", "a.test", "GET", "https", "sni.test", "?q=a+b&empty&m=1&m=%32",
            ("X-One", "1"), ("X-Two", "2"), ("X-Two", "Three")) with
        {
            Source = new IPEndPoint(IPAddress.Parse("10.1.2.3"), 5555),
            Destination = new IPEndPoint(IPAddress.Loopback, 8443),
        };
        Match(query, new RouteConfig { Name = "e", Expression = expression }).ShouldBe(holds ? "e" : null);
    }

    [Theory]
    [InlineData("http.method == \"GET\" && http.path == \"/x\" || http.path == \"/y\"", "/y", "GET", true)]
    [InlineData("http.method == \"GET\" && http.path == \"/x\" || http.path == \"/y\"", "/y", "POST", false)]
    [InlineData("(http.method == \"GET\" && http.path == \"/x\") || http.path == \"/y\"", "/y", "POST", true)]
    public void Or_binds_tighter_than_and(string expression, string path, string method, bool holds)
    {
        Match(Sample.Query(path, method: method), new RouteConfig { Name = "e", Expression = expression }).ShouldBe(holds ? "e" : null);
        RouteExpression.TryParse(expression, out _)!.MixesOperators.ShouldBe(!expression.StartsWith('('));
    }

    [Theory]
    [InlineData("", 1, "expected a field")]
    [InlineData("http.path", 10, "expected an operator")]
    [InlineData("http.path ==", 13, "expected a value")]
    [InlineData("http.pat == \"x\"", 1, "unknown field http.pat")]
    [InlineData("http.path == 1", 14, "cannot be compared with a number")]
    [InlineData("http.path == \"x", 14, "not closed")]
    [InlineData("http.path == r#\"x", 14, "not closed")]
    [InlineData("http.path == \"\\q\"", 15, "unknown escape")]
    [InlineData("http.path ~ \"(a\"", 13, "not a regular expression")]
    [InlineData("http.path in \"x\"", 14, "cannot be used with a text")]
    [InlineData("net.src.ip == \"x\"", 15, "cannot be compared with a text")]
    [InlineData("net.src.ip in 10.0.0.1", 15, "needs a block")]
    [InlineData("net.src.ip == 10.0.0.0/8", 15, "cannot be used with a block")]
    [InlineData("net.src.ip in 10.0.0.1/8", 15, "10.0.0.0/8 has not")]
    [InlineData("net.dst.port ^= 1", 17, "cannot be used with a number")]
    [InlineData("lower(net.dst.port) == 1", 1, "lower() is for text")]
    [InlineData("upper(http.path) == \"x\"", 1, "unknown function upper")]
    [InlineData("! http.path == \"x\"", 1, "only before parentheses")]
    [InlineData("(http.path == \"x\"", 18, "expected )")]
    [InlineData("http.path == \"x\" http.path == \"y\"", 18, "expected && or ||")]
    [InlineData("http.path.segments.2_1 == \"x\"", 1, "unknown field")]
    [InlineData("http.path.segments.len0 == 1", 1, "unknown field")]
    public void Errors_tell_the_column(string expression, int column, string message)
    {
        RouteExpression.TryParse(expression, out var error).ShouldBeNull();
        error.ShouldNotBeNull().ShouldStartWith($"column {column}: ");
        error.ShouldContain(message);
    }

    [Fact]
    public void Whatever_stands_in_a_file_is_read_or_refused()
    {
        string[] words =
        [
            "http.path", "http.headers.x", "net.src.ip", "net.dst.port", "any(", "lower(", ")", "(", "!", "&&", "||", "==", "~", "^=", "in", "not",
            "http.path == \"/a\"", "net.dst.port < 1", "\"/a\"", "r#\"x\"#", "r#\"", "\"", "\\", "1", "-0x", "10.0.0.0/8", "::1", "/", " ", "\ud83d", "contains",
        ];
        var random = new Random(5);
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)]));
            var expression = RouteExpression.TryParse(text, out var error);
            (expression is null).ShouldBe(error is not null, text);
            if (expression is not null) read++;
        }

        read.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_long_chains_are_not()
    {
        RouteExpression.TryParse(new string('(', 5000) + "http.path == \"x\"" + new string(')', 5000), out var error).ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain("nested too deep");
        RouteExpression.TryParse(string.Join(" || ", Enumerable.Repeat("http.path == \"x\"", 20_000)), out _).ShouldNotBeNull();
    }

    [Fact]
    public void The_higher_priority_comes_first_and_expressions_come_before_classic_routes()
    {
        var low = new RouteConfig { Name = "low", Expression = "http.path ^= \"/a/b/c\"", Priority = 1 };
        var high = new RouteConfig { Name = "high", Expression = "http.path ^= \"/a\"", Priority = 2 };
        var classic = new RouteConfig { Name = "classic", Hosts = ["a.test"], Paths = ["/a/b/c"] };
        Match(Sample.Query("/a/b/c"), low, high, classic).ShouldBe("high");
        Match(Sample.Query("/a/b/c"), low, classic).ShouldBe("low");
        Match(Sample.Query("/a/b/c"), classic).ShouldBe("classic");
    }

    [Theory]
    [InlineData("http", "http", "http")]
    [InlineData("http", "https", null)]
    [InlineData("grpcs", "http", null)]
    [InlineData("https", "http", "https")]
    public void Protocols_are_part_of_the_condition_except_for_https_alone(string protocols, string spoken, string? route) =>
        Match(Sample.Query(protocol: spoken), new RouteConfig { Name = protocols, Protocols = [protocols], Expression = "http.path ^= \"/\"" })
            .ShouldBe(route);

    [Fact]
    public void What_was_matched_of_the_path_and_its_groups_are_told()
    {
        var router = Sample.Router(RouterFlavor.Expressions, new RouteConfig
        {
            Name = "e",
            Expression = "http.path ~ r#\"^/a/(?<id>\\d+)\"# && http.headers.x ~ \"v(.)\"",
        });
        var match = router.Match(Sample.Query("/a/12/x", headers: ("X", "v7")));
        match.MatchedLength.ShouldBe("/a/12".Length);
        match.Captures!.Named["id"].ShouldBe("12");
        match.Captures.Unnamed.ShouldBe(["7"]);
    }

    private static string? Match(RouteQuery query, params RouteConfig[] routes) =>
        Sample.Router(RouterFlavor.Expressions, routes).Match(query).Route?.Config.Name;
}
