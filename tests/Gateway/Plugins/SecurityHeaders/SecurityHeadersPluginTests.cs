using Sluice.Gateway.Plugins.SecurityHeaders;
using Sluice.Gateway.Tests.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.SecurityHeaders;

public sealed class SecurityHeadersPluginTests
{
    [Fact]
    public async Task Without_configuration_the_harmless_fields_are_there()
    {
        var result = await Harness(new()).SendAsync();
        result.Header("X-Frame-Options").ShouldBe("SAMEORIGIN");
        result.Header("X-Content-Type-Options").ShouldBe("nosniff");
        result.Header("Referrer-Policy").ShouldBe("strict-origin-when-cross-origin");
        result.Header("Content-Security-Policy").ShouldBeNull();
        result.Header("Cross-Origin-Opener-Policy").ShouldBeNull();
    }

    [Theory]
    [InlineData("http", null)]
    [InlineData("https", "max-age=31536000; includeSubDomains; preload")]
    public async Task Hsts_is_told_over_tls_only(string scheme, string? expected)
    {
        var harness = Harness(new() { HstsIncludeSubdomains = true, HstsPreload = true });
        (await harness.SendAsync(prepare: e => e.ForwardedScheme = scheme)).Header("Strict-Transport-Security").ShouldBe(expected);
    }

    [Theory]
    [InlineData(false, "default-src upstream")]
    [InlineData(true, "default-src 'self'")]
    public async Task What_the_upstream_says_stays_unless_it_is_overwritten(bool overwrite, string expected)
    {
        var harness = Harness(new() { ContentSecurityPolicy = "default-src 'self'", Overwrite = overwrite });
        harness.Upstream = exchange =>
        {
            exchange.Response.Headers.ContentSecurityPolicy = "default-src upstream";
            return [];
        };
        (await harness.SendAsync()).Header("Content-Security-Policy").ShouldBe(expected);
    }

    [Fact]
    public async Task All_fields_can_be_set_and_left_out()
    {
        var result = await Harness(new()
        {
            XFrameOptions = "off", XContentTypeOptions = false, ReferrerPolicy = "off", ContentSecurityPolicyReportOnly = "a", PermissionsPolicy = "camera=()",
            CrossOriginOpenerPolicy = "same-origin", CrossOriginEmbedderPolicy = "require-corp", CrossOriginResourcePolicy = "same-site",
        }).SendAsync();
        result.Exchange.Response.Headers.ShouldNotContainKey("X-Frame-Options");
        result.Exchange.Response.Headers.ShouldNotContainKey("X-Content-Type-Options");
        result.Exchange.Response.Headers.ShouldNotContainKey("Referrer-Policy");
        result.Header("Content-Security-Policy-Report-Only").ShouldBe("a");
        result.Header("Permissions-Policy").ShouldBe("camera=()");
        result.Header("Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        result.Header("Cross-Origin-Embedder-Policy").ShouldBe("require-corp");
        result.Header("Cross-Origin-Resource-Policy").ShouldBe("same-site");
    }

    [Fact]
    public void Preloading_needs_what_the_lists_ask_for()
    {
        var problems = new List<string>();
        new SecurityHeadersConfig { HstsPreload = true }.Check((field, _) => problems.Add(field));
        problems.ShouldBe(["hsts_preload"]);
    }

    [Fact]
    public async Task Nothing_names_the_servers_and_refusals_carry_the_fields_too()
    {
        await using var upstream = await HttpStandIn.StartAsync();
        upstream.Answer = (_, response) =>
        {
            response.Headers.Server = "leaky/1.2";
            response.Headers["X-Powered-By"] = "leaks";
            return Task.CompletedTask;
        };
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services: [{url: "{{upstream.Url}}", routes: [{paths: [/]}]}]
            plugins: [{name: security-headers}]
            """);
        var answer = await gateway.GetAsync("/");
        answer.ShouldContain("X-Content-Type-Options: nosniff");
        answer.ShouldNotContain("Strict-Transport-Security");
        foreach (var name in new[] { "leak", "Server:", "Via:", "X-Powered-By" }) answer.ShouldNotContain(name);
        await upstream.DisposeAsync();
        answer = await gateway.GetAsync("/");
        answer.ShouldStartWith("HTTP/1.1 502");
        answer.ShouldContain("X-Frame-Options: SAMEORIGIN");
        answer.ShouldNotContain("Server:");
    }

    private static PluginHarness Harness(SecurityHeadersConfig config) => new PluginHarness().Use("security-headers", config);
}
