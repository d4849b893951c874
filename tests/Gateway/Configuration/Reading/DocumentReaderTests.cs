using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Configuration.Reading;

public class DocumentReaderTests
{
    private static GatewayDocument Document(string yaml, ReadOptions? options = null)
    {
        var result = Files.Read(yaml, options);
        result.Problems.ShouldBeEmpty();
        return result.Document.ShouldNotBeNull();
    }

    [Fact]
    public void The_nested_form_is_made_flat()
    {
        var document = Document("""
            _format_version: "3.0"
            services:
            - name: pay
              url: https://pay.internal/base
              plugins: [{name: cors}]
              routes:
              - name: orders
                paths: [/orders]
                plugins: [{name: key-auth}]
            upstreams:
            - name: u
              targets: [{target: "a:80"}, {target: "b:80", weight: 0}]
            consumers:
            - username: bob
              keyauth_credentials: [{key: k}]
              jwt_secrets: [{key: j, secret: s}]
              acls: [{group: g}]
              basicauth_credentials: [{username: b, password: p}]
              hmacauth_credentials: [{username: h, secret: s}]
              oauth2_credentials: [{name: app, redirect_uris: ["http://x.test"]}]
              plugins: [{name: cors}]
            """);

        var service = document.Services.ShouldHaveSingleItem();
        (service.Protocol, service.Host, service.Port, service.Path).ShouldBe(("https", "pay.internal", 443, "/base"));
        document.Routes.ShouldHaveSingleItem().Service.ShouldBe(new Reference(service.Id));
        document.Targets.Select(t => (t.Upstream!.Id, t.Weight)).ShouldBe([(document.Upstreams[0].Id, 100), (document.Upstreams[0].Id, 0)]);
        document.Credentials.Select(c => c.GetType()).ShouldBe(
            [typeof(KeyAuthCredential), typeof(JwtCredential), typeof(BasicAuthCredential), typeof(HmacAuthCredential), typeof(OAuth2Credential), typeof(AclGroup)]);
        document.Credentials.ShouldAllBe(c => c.Consumer == new Reference(document.Consumers[0].Id));
        document.Plugins.Select(p => (p.Service?.Id, p.Route?.Id, p.Consumer?.Id)).ShouldBe(
            [(service.Id, null, null), (null, document.Routes[0].Id, null), (null, null, document.Consumers[0].Id)], ignoreOrder: true);
    }

    [Fact]
    public void The_flat_form_refers_by_name_or_id()
    {
        var document = Document("""
            _format_version: "3.0"
            routes:
            - {name: r1, paths: [/], service: s}
            - {name: r2, paths: [/b], service: {id: 57f74387-4288-52fd-a73d-0f791ffbda1c}}
            - {name: r3, paths: [/c], service: 57f74387-4288-52fd-a73d-0f791ffbda1c}
            services:
            - {name: s, host: x, id: 57f74387-4288-52fd-a73d-0f791ffbda1c}
            plugins:
            - {name: cors, route: r1, service: s}
            """);

        document.Routes.ShouldAllBe(r => r.Service == new Reference(document.Services[0].Id));
        document.Plugins[0].Route.ShouldBe(new Reference(document.Routes[0].Id));
    }

    [Fact]
    public void Consumers_are_in_groups_in_three_ways()
    {
        var document = Document("""
            _format_version: "3.0"
            consumer_groups:
            - {name: gold, consumers: [{username: a}]}
            - {name: silver}
            consumers:
            - {username: a, groups: [{name: silver}]}
            - {username: b}
            consumer_group_consumers:
            - {consumer: b, consumer_group: gold}
            """);
        var (gold, silver) = (document.ConsumerGroups[0].Id, document.ConsumerGroups[1].Id);

        document.Consumers[0].Groups.Select(g => g.Id).ShouldBe([gold, silver]);
        document.Consumers[1].Groups.Select(g => g.Id).ShouldBe([gold]);
    }

    [Fact]
    public void Middleware_of_a_pipeline_has_its_name_and_routes_name_it()
    {
        var document = Document("""
            _format_version: "3.0"
            error_format: sluice
            pipelines:
            - name: public
              plugins: [{name: cors}, {name: key-auth}]
            routes:
            - {name: r, paths: [/], pipeline: public}
            """);

        document.ErrorFormat.ShouldBe("sluice");
        document.Plugins.Select(p => (p.Name, p.Pipeline)).ShouldBe([("cors", "public"), ("key-auth", "public")]);
        document.Routes[0].Pipeline.ShouldBe("public");
    }

    [Fact]
    public void Sluices_own_blocks_of_a_service_are_read()
    {
        var service = Document("""
            _format_version: "3.0"
            services:
            - name: s
              endpoints: [{address: "10.0.0.1:80"}, {address: "10.0.0.2:80", weight: 5}]
              load_balancing: latency
              circuit_breaker: {error_threshold: 0.2}
              health_check: {path: /up, interval: 500}
              retry: {on_statuses: [503]}
            """).Services[0];

        service.Endpoints!.Count.ShouldBe(2);
        service.CircuitBreaker!.ErrorThreshold.ShouldBe(0.2);
        service.HealthCheck!.Path.ShouldBe("/up");
        service.Retry!.OnStatuses.ShouldBe([503]);
    }

    [Fact]
    public void A_grpc_route_keeps_its_path() =>
        Document("""{_format_version: "3.0", routes: [{name: r, protocols: [grpc], paths: [/x]}]}""").Routes[0].StripPath.ShouldBeFalse();

    [Fact]
    public void A_grpc_route_cannot_strip_its_path() =>
        Files.Read("""{_format_version: "3.0", routes: [{name: r, protocols: [grpc], paths: [/x], strip_path: true}]}""")
            .Problems.ShouldHaveSingleItem().ToString().ShouldContain("cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'");

    [Theory]
    [InlineData("acl")]
    [InlineData("cors")]
    [InlineData("jwt")]
    [InlineData("key-auth")]
    public void Middleware_that_runs_before_the_consumer_is_known_cannot_name_one(string plugin) =>
        Files.Problems($"_format_version: '3.0'\nconsumers: [{{username: u}}]\nplugins: [{{name: {plugin}, consumer: u{(plugin is "acl" ? ", config: {allow: [a]}" : "")}}}]")
            .ShouldHaveSingleItem().ShouldContain("consumer: must not be set");

    [Theory]
    [InlineData("/a", true)]
    [InlineData("/a//b", false)]
    [InlineData("a", false)]
    public void The_path_of_a_rate_limit_is_one_of_a_url(string path, bool good) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: rate-limiting, config: {{minute: 1, limit_by: path, path: {path}}}}}]")
            .Length.ShouldBe(good ? 0 : 1);

    [Fact]
    public void Keys_that_are_not_given_are_made_up()
    {
        var credentials = Document("""{_format_version: "3.0", consumers: [{username: u, keyauth_credentials: [{}, {}], jwt_secrets: [{}]}]}""").Credentials;

        var keys = credentials.OfType<KeyAuthCredential>().Select(k => k.Key).ToArray();
        keys.ShouldAllBe(k => k.Length == 32);
        keys[0].ShouldNotBe(keys[1]);
        credentials.OfType<JwtCredential>().Single().Secret!.Length.ShouldBe(32);
    }

    [Fact]
    public void Several_files_are_joined_and_may_refer_to_each_other()
    {
        var result = DocumentReader.Read(
        [
            new ConfigurationSource("a.yml", Encoding.UTF8.GetBytes("{_format_version: '3.0', services: [{name: s, host: x}]}")),
            new ConfigurationSource("b.json", """{"routes": [{"name": "r", "paths": ["/"], "service": "s"}]}"""u8.ToArray(), DocumentFormat.Json),
        ], Files.NoEnvironment);

        result.Problems.ShouldBeEmpty();
        result.Document!.Routes[0].Service.ShouldBe(new Reference(result.Document.Services[0].Id));
        result.Document.Routes[0].Place.ToString().ShouldBe("b.json:1:13");
    }

    [Fact]
    public void Two_files_that_say_different_things_of_the_whole_are_refused() =>
        DocumentReader.Read(
        [
            new ConfigurationSource("a.yml", "_format_version: '3.0'"u8.ToArray()),
            new ConfigurationSource("b.yml", "_format_version: '2.1'"u8.ToArray()),
        ]).Problems.ShouldHaveSingleItem().ToString().ShouldBe("b.yml:1:18: document: _format_version: is '2.1' here and '3.0' in a.yml:1:18");

    [Theory]
    [InlineData("2.1", "/a/(\\d+)", "~/a/(\\d+)")]
    [InlineData("1.1", "/caf%C3%A9", "/café")]
    [InlineData("1.1", "/a%2ab%2E[x]", "~/a%2Ab\\.[x]")]
    [InlineData("1.1", "/plain", "/plain")]
    public void Paths_of_older_formats_become_those_of_3_0(string version, string path, string expected) =>
        Document($$"""{_format_version: "{{version}}", routes: [{name: r, paths: ['{{path}}']}]}""").Routes[0].Paths.ShouldBe([expected]);

    [Fact]
    public void In_3_0_paths_are_taken_as_they_are() => Files.Read("""{_format_version: "3.0", routes: [{name: r, paths: ["/a(b)"]}]}""").Document!.Routes[0].Paths.ShouldBe(["/a(b)"]);

    [Fact]
    public void Expressions_need_the_expressions_router()
    {
        const string file = """{_format_version: "3.0", routes: [{name: r, expression: 'http.path == "/"', priority: 5}]}""";

        Files.Problems(file)[0].ShouldBe("kong.yml:1:57: route \"r\": expression: unknown field; it needs the expressions router (router_flavor = expressions)");
        Document(file, Files.NoEnvironment with { RouterFlavor = RouterFlavor.Expressions }).Routes[0].Priority.ShouldBe(5);
    }

    [Theory]
    [InlineData("pre-function", "the functions of pre-function are written in Lua, which Sluice does not run; it runs C#: write them anew (the page of pre-function shows how)")]
    [InlineData("aws-lambda", "the plugin aws-lambda is not built into this version of Sluice")]
    public void It_is_told_why_a_plugin_is_not_used(string name, string reason) =>
        Files.Read($$"""{_format_version: "3.0", plugins: [{name: {{name}}}]}""", Files.NoEnvironment with { Plugins = _ => null })
            .UnsupportedPlugins.ShouldHaveSingleItem().Reason.ShouldBe(reason);

    [Fact]
    public void Plugins_that_are_not_built_are_told_apart_from_those_that_nobody_knows()
    {
        var result = Files.Read("""
            _format_version: "3.0"
            plugins:
            - {name: opa, config: {anything: goes}}
            - {name: aws-lambda}
            """, Files.NoEnvironment with { Plugins = _ => null });

        result.Document!.Plugins.ShouldAllBe(p => p.Config == null);
        result.UnsupportedPlugins.Select(p => (p.Name, p.Enterprise, p.Place.Line)).ShouldBe([("opa", true, 3), ("aws-lambda", false, 4)]);
        Files.Problems("""{_format_version: "3.0", plugins: [{name: key-aut}]}""").ShouldBe(
            ["kong.yml:1:43: plugin key-aut: name: plugin 'key-aut' is not known; did you mean 'key-auth'?"]);
    }

    [Fact]
    public void An_empty_file_lacks_its_version() => Files.Problems("{}").ShouldHaveSingleItem().ShouldContain("_format_version: required field missing");

    [Theory]
    [InlineData("hello", "expected a map with _format_version and lists like services, not a string")]
    [InlineData("[a]", "expected a map with _format_version and lists like services, not a list")]
    [InlineData("a: [1\n b: }", "is not valid YAML")]
    public void What_is_no_document_is_refused(string text, string expected) => Files.Problems(text).ShouldHaveSingleItem().ShouldContain(expected);
}
