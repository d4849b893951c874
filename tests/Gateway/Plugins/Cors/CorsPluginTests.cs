using Sluice.Gateway.Plugins.Cors;

namespace Sluice.Gateway.Tests.Plugins.Cors;

public sealed class CorsPluginTests
{
    [Fact]
    public async Task A_preflight_is_answered_here()
    {
        var harness = Harness(new() { MaxAge = 60, PrivateNetwork = true });
        var result = await harness.SendAsync("/", "OPTIONS", [("Origin", "http://a.test"), ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "X-A, content-type"), ("Access-Control-Request-Private-Network", "true")]);
        result.Status.ShouldBe(200);
        result.Body.ShouldBe("");
        result.Header("Access-Control-Allow-Origin").ShouldBe("*");
        result.Header("Access-Control-Allow-Headers").ShouldBe("X-A, content-type");
        result.Header("Access-Control-Allow-Methods").ShouldBe("GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT");
        result.Header("Access-Control-Max-Age").ShouldBe("60");
        result.Header("Access-Control-Allow-Private-Network").ShouldBe("true");
        result.Header("Vary").ShouldBeNull();
    }

    [Fact]
    public async Task What_is_no_preflight_goes_upstream_and_gets_the_fields()
    {
        var harness = Harness(new() { ExposedHeaders = ["A", "B"] });
        var result = await harness.SendAsync("/", "OPTIONS", [("Origin", "http://a.test")]);
        result.Body.ShouldBe("upstream");
        result.Header("Access-Control-Allow-Origin").ShouldBe("*");
        result.Header("Access-Control-Expose-Headers").ShouldBe("A,B");
        result.Header("Access-Control-Allow-Methods").ShouldBeNull();
    }

    [Fact]
    public async Task A_preflight_that_continues_is_the_upstreams_affair()
    {
        var harness = Harness(new() { PreflightContinue = true });
        var result = await harness.SendAsync("/", "OPTIONS", [("Origin", "http://a.test"), ("Access-Control-Request-Method", "PUT")]);
        result.Body.ShouldBe("upstream");
        result.Header("Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("http://ok.test", "http://bad.test", "http://ok.test")]
    [InlineData("http://ok.test http://z.test", "http://ok.test", "http://ok.test")]
    [InlineData("http://ok.test http://z.test", "http://bad.test", null)]
    [InlineData("http://ok.test http://z.test", "http://ok.test:80", "http://ok.test")]
    [InlineData("http://ok.test http://z.test", "http://ok.test/", "http://ok.test")]
    [InlineData("http://ok.test http://z.test", "http://ok.test:8080", null)]
    [InlineData("http://ok.test http://z.test", "https://ok.test", null)]
    [InlineData("http://OK.test http://z.test", "http://ok.test", null)]
    [InlineData("HTTP://UP.test:80 http://z.test", "HTTP://UP.test:80", "HTTP://UP.test:80")]
    [InlineData("null http://z.test", "null", "null")]
    [InlineData("ok.test http://z.test", "http://ok.test", null)]
    [InlineData("http://.*\\.ok\\.test http://ok.test$", "http://a.ok.test", "http://a.ok.test")]
    [InlineData("http://.*\\.ok\\.test http://ok.test$", "http://a.ok.test.evil", null)]
    [InlineData(".*ok.*", "http://ok.test", "http://ok.test")]
    [InlineData("(.*\\.)?ok\\.test", "https://a.ok.test:8443", "https://a.ok.test:8443")]
    [InlineData("http://a\\.test|http://b\\.test", "http://a.test.evil", null)]
    [InlineData("http://(?!bad)\\w+\\.test", "http://bad.test", null)]
    [InlineData("http://(?!bad)\\w+\\.test", "http://good.test", "http://good.test")]
    public async Task Origins_are_compared_as_in_kong(string origins, string origin, string? expected)
    {
        var result = await Harness(new() { Origins = origins.Split(' ') }).SendAsync(headers: [("Origin", origin)]);
        result.Header("Access-Control-Allow-Origin").ShouldBe(expected);
        result.Header("Vary").ShouldBe("Origin");
    }

    [Theory]
    [InlineData("*", "http://a.test", "http://a.test", "true", "Origin")]
    [InlineData("*", null, "*", null, null)]
    [InlineData("http://ok.test", "http://bad.test", "http://ok.test", "true", "Origin")]
    [InlineData("http://ok.test http://z.test", "http://bad.test", null, "true", "Origin")]
    [InlineData("* http://z.test", "http://bad.test", "http://bad.test", "true", "Origin,Origin")]
    [InlineData("* http://z.test", null, null, "true", "Origin")]
    public async Task Credentials_name_the_callers_origin(string origins, string? origin, string? allowed, string? credentials, string? vary)
    {
        var harness = Harness(new() { Origins = origins.Split(' '), Credentials = true });
        var result = await harness.SendAsync(headers: origin is null ? null : [("Origin", origin)]);
        result.Header("Access-Control-Allow-Origin").ShouldBe(allowed);
        result.Header("Access-Control-Allow-Credentials").ShouldBe(credentials);
        result.Header("Vary").ShouldBe(vary);
    }

    [Fact]
    public async Task The_upstreams_own_fields_are_replaced_and_its_vary_kept()
    {
        var harness = Harness(new() { Origins = ["http://ok.test", "http://z.test"] });
        harness.Upstream = exchange =>
        {
            exchange.Response.Headers.Vary = "Accept";
            exchange.Response.Headers.AccessControlAllowOrigin = "*";
            return [];
        };
        var result = await harness.SendAsync(headers: [("Origin", "http://bad.test")]);
        result.Header("Vary").ShouldBe("Accept,Origin");
        result.Header("Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Fact]
    public async Task Requests_without_an_origin_can_be_left_alone() =>
        (await Harness(new() { AllowOriginAbsent = false }).SendAsync()).Header("Access-Control-Allow-Origin").ShouldBeNull();

    [Fact]
    public void A_bad_pattern_is_reported()
    {
        var problems = new List<string>();
        new CorsConfig { Origins = ["*", "("] }.Check((field, message) => problems.Add($"{field}: {message}"));
        problems.ShouldBe(["origins[1]: '(' is not a valid regex"]);
    }

    private static PluginHarness Harness(CorsConfig config) => new PluginHarness().Use("cors", config);
}
