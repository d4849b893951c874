using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.GraphQl;
using Sluice.Gateway.Plugins.GraphQl.Documents;
using Sluice.Gateway.Redis;
using Sluice.Gateway.Telemetry;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.GraphQl;

public sealed class GraphQlPluginTests
{
    private const string Query = "{ orders { id } }";

    private static readonly string Hash = ParsedDocument.HashOf(Query);

    [Fact]
    public async Task A_query_passes_as_it_came()
    {
        var sent = Body(Query);
        var result = await Post(Harness(new()), sent);
        result.Status.ShouldBe(200);
        result.Exchange.BufferedRequestBody.ShouldBe(Encoding.UTF8.GetBytes(sent));
    }

    [Theory]
    [InlineData("{ a { b } }", "depth", 400)]
    [InlineData("{ a(first: 50) { b } }", "depth", 400)]
    [InlineData("{ a(first: 50) b }", null, 200)]
    [InlineData("{ a b c d }", "root_fields", 400)]
    [InlineData("{ x: a y: a }", "aliases", 400)]
    [InlineData("{ a @b @c }", "directives", 400)]
    [InlineData("{ ...A ...B } fragment A on T { a } fragment B on T { b }", "fragments", 400)]
    [InlineData("{ __schema { types { name } } }", "introspection", 403)]
    [InlineData("{ __typename }", null, 200)]
    [InlineData("mutation { a }", "type", 403)]
    [InlineData("{ a ", "syntax", 400)]
    [InlineData("query A { a } query B { b }", "operation", 400)]
    public async Task Limits_are_held(string query, string? reason, int status)
    {
        var harness = Harness(new() { MaxDepth = 1, MaxRootFields = 3, MaxAliases = 1, MaxDirectives = 1, MaxFragments = 1, Introspection = false, AllowedOperations = ["query"] });
        var result = await Post(harness, Body(query));
        result.Status.ShouldBe(status);
        if (reason is null) return;
        Metrics(harness).ShouldContain($"gateway_graphql_refused_total{{middleware=\"shop\",reason=\"{reason}\",outcome=\"refused\"}} 1");
        JsonNode.Parse(result.Body)!["errors"]![0]!["message"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Errors_have_GraphQLs_form_and_the_media_type_that_the_client_takes()
    {
        var result = await Post(Harness(new()), Body("{\n  a(\n}"));
        result.Status.ShouldBe(400);
        result.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        result.Body.ShouldBe("""{"errors":[{"message":"Syntax Error: Expected Name, found \"}\".","locations":[{"line":3,"column":1}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}""");
        var harness = Harness(new() { ErrorsWithStatus200 = true });
        (await Post(harness, Body("{"))).Status.ShouldBe(200);
        var modern = await Post(harness, Body("{"), ("Accept", "application/graphql-response+json, application/json;q=0.9"));
        modern.Status.ShouldBe(400);
        modern.Header("Content-Type").ShouldBe("application/graphql-response+json; charset=utf-8");
    }

    [Fact]
    public async Task Complexity_and_cost_follow_the_variables_of_each_request()
    {
        var harness = Harness(new() { MaxComplexity = 100 });
        const string Text = "query ($n: Int) { a(first: $n) { b } }";
        (await Post(harness, Body(Text, new { n = 50 }))).Status.ShouldBe(200);
        var refused = await Post(harness, Body(Text, new { n = 500 }));
        refused.Status.ShouldBe(400);
        refused.Body.ShouldContain("Complexity 501 exceeds the limit of 100.");
        (await Post(harness, Body(Text, new { n = 50 }))).Status.ShouldBe(200);
        var costly = await Post(Harness(new() { MaxCost = 10, FieldCosts = new Dictionary<string, double> { ["Query.a"] = 11 } }), Body("{ a }"));
        costly.Body.ShouldContain("Cost 11 exceeds the limit of 10.");
        Metrics(harness).ShouldContain("result=\"known\"} 2");
    }

    [Fact]
    public async Task In_shadow_limits_are_only_counted()
    {
        var harness = Harness(new() { MaxDepth = 1, MaxComplexity = 1, Shadow = true });
        (await Post(harness, Body("{ a { b } }"))).Status.ShouldBe(200);
        Metrics(harness).ShouldContain("reason=\"depth\",outcome=\"noted\"} 1");
        (await Post(harness, Body("{ a {"))).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("1", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"query":1}""", 400)]
    [InlineData("""{"query":"{a}","variables":[]}""", 400)]
    [InlineData("""{"query":"{a}","variables":null,"extensions":null,"operationName":null,"other":[1]}""", 200)]
    [InlineData("""{"query":"{a}","query":"{b}"}""", 400)]
    [InlineData("""{"query":"{a}","Query":"{b}"}""", 400)]
    [InlineData("""{"query":"{a}","\u0071uery":"{b}"}""", 400)]
    [InlineData("""{"query":"{a}"} x""", 400)]
    [InlineData("""{"query":"\ud800"}""", 400)]
    [InlineData("""{"query":"query ($a: Int) { a(first: $a) }","variables":{"\ud800":1}}""", 400)]
    [InlineData("""{"query":"{a}","extensions":{"persistedQuery":1}}""", 400)]
    [InlineData("""{"query":"{a}","extensions":{"x":"\uD83Dx"}}""", 400)]
    [InlineData("""[{"query":"{a}"}]""", 400)]
    public async Task Bodies_that_could_be_read_in_two_ways_are_refused(string body, int status) => (await Post(Harness(new()), body)).Status.ShouldBe(status);

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/graphql", 415)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    public async Task Only_JSON_in_UTF_8_is_read(string type, int status) =>
        (await Harness(new()).SendAsync("/", "POST", [("Content-Type", type)], Encoding.UTF8.GetBytes(Body(Query)))).Status.ShouldBe(status);

    [Fact]
    public async Task What_an_upstream_might_read_instead_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Body(Query));
        var harness = Harness(new() { MaxBodySize = 100 });
        (await harness.SendAsync("/?query={b}", "POST", [("Content-Type", "application/json")], bytes)).Status.ShouldBe(400);
        (await harness.SendAsync("/?x=1", "POST", [("Content-Type", "application/json")], bytes)).Status.ShouldBe(200);
        (await harness.SendAsync("/", "POST", [("Content-Type", "application/json"), ("Content-Encoding", "gzip")], bytes)).Status.ShouldBe(415);
        (await harness.SendAsync("/", "POST", [("Content-Type", "application/json")], new byte[200])).Status.ShouldBe(413);
        (await harness.SendAsync("/", "POST", [("Content-Type", "application/json")], [(byte)'"', 0xFF, (byte)'"'])).Status.ShouldBe(400);
        (await harness.SendAsync("/?query={a}", "GET", [("Upgrade", "websocket")])).Status.ShouldBe(400);
        (await harness.SendAsync("/?query={a}", "GET", body: bytes)).Status.ShouldBe(400);
        (await harness.SendAsync("/?query={a}", "HEAD")).Header("Allow").ShouldBe("GET, POST");
        (await harness.SendAsync("/", "OPTIONS")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task GET_brings_queries_only()
    {
        var harness = Harness(new());
        (await harness.SendAsync("/?query=%7B+a%20%7D&operationName=&variables=%7B%22n%22:1%7D")).Status.ShouldBe(200);
        (await harness.SendAsync("/?query={a}&query={b}")).Status.ShouldBe(400);
        (await harness.SendAsync("/?query={a}&variables=1")).Status.ShouldBe(400);
        (await harness.SendAsync("/")).Status.ShouldBe(400);
        var mutation = await harness.SendAsync("/?query=query+A{a}+mutation+B{b}&operationName=B");
        mutation.Status.ShouldBe(405);
        mutation.Header("Allow").ShouldBe("POST");
        (await harness.SendAsync("/?query=query+A{a}+mutation+B{b}&operationName=A")).Status.ShouldBe(200);
        (await Harness(new() { AllowGet = false }).SendAsync("/?query={a}")).Status.ShouldBe(405);
    }

    [Fact]
    public async Task Batches_are_held_to_their_number_and_the_sum_of_their_complexity()
    {
        var harness = Harness(new() { MaxBatchSize = 2, MaxComplexity = 5 });
        (await Post(harness, $"[{Body("{a b}")},{Body("{a b c}")}]")).Status.ShouldBe(200);
        (await Post(harness, $"[{Body("{a b c}")},{Body("{a b c}")}]")).Body.ShouldContain("Complexity 6");
        (await Post(harness, $"[{Body("{a}")},{Body("{a}")},{Body("{a}")}]")).Body.ShouldContain("at most 2 operations");
        (await Post(Harness(new()), $"[{Body("{a}")}]")).Body.ShouldContain("batching is not allowed");
    }

    [Fact]
    public async Task Automatic_persisted_queries_follow_Apollos_protocol()
    {
        var harness = Harness(new() { PersistedQueries = new() { Mode = "automatic" } });
        var unknown = await Post(harness, Persisted(Hash));
        unknown.Status.ShouldBe(200);
        unknown.Body.ShouldBe("""{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}""");
        unknown.Header("Cache-Control").ShouldBe("private, no-cache, must-revalidate");

        (await Post(harness, Persisted(Hash, "{ other }"))).Body.ShouldContain("provided sha does not match query");
        (await Post(harness, Persisted(Hash, Query))).Answer.ShouldBeNull();
        var known = await Post(harness, $$$"""{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"{{{Hash.ToUpperInvariant()}}}"},"x":1},"variables":{"a":[1]},"operationName":null}""");
        known.Answer.ShouldBeNull();
        Encoding.UTF8.GetString(known.Exchange.BufferedRequestBody!).ShouldBe("""{"query":"{ orders { id } }","variables":{"a":[1]},"extensions":{"x":1}}""");

        var get = await harness.SendAsync($"/?v=1&extensions={Uri.EscapeDataString($$$"""{"persistedQuery":{"version":1,"sha256Hash":"{{{Hash}}}"}}""")}");
        get.Exchange.Upstream.Query.ShouldBe("?v=1&query=%7B%20orders%20%7B%20id%20%7D%20%7D");
        Metrics(harness).ShouldContain("gateway_graphql_persisted_total{middleware=\"shop\",result=\"found\"} 2");

        harness.Time.Advance(TimeSpan.FromDays(1));
        (await Post(harness, Persisted(Hash))).Body.ShouldContain("PersistedQueryNotFound");
        (await Post(Harness(new()), Persisted(Hash))).Body.ShouldContain("PersistedQueryNotSupported");
        (await Post(harness, """{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"x"}}}""")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task What_breaks_a_limit_is_not_kept()
    {
        var harness = Harness(new() { MaxDepth = 1, PersistedQueries = new() { Mode = "automatic" } });
        (await Post(harness, Persisted(Hash, Query))).Status.ShouldBe(400);
        (await Post(harness, Persisted(Hash))).Body.ShouldContain("PersistedQueryNotFound");
    }

    [Fact]
    public async Task Nothing_but_registered_documents_passes()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"abc","name":"A","type":"query","body":"query A { a }"}]}""", TestContext.Current.CancellationToken);
        try
        {
            var harness = Harness(new() { PersistedQueries = new() { Mode = "registered", File = file, Documents = new Dictionary<string, string> { ["orders"] = Query } } });
            (await Post(harness, Body(Query))).Status.ShouldBe(200);
            (await Post(harness, Persisted(Hash))).Answer.ShouldBeNull();
            var named = await Post(harness, """{"documentId":"abc"}""");
            Encoding.UTF8.GetString(named.Exchange.BufferedRequestBody!).ShouldBe("""{"query":"query A { a }"}""");
            (await harness.SendAsync("/?id=orders")).Exchange.Upstream.Query.ShouldContain("?query=%7B%20orders");
            (await Post(harness, Body("{ orders { id total } }"))).Status.ShouldBe(403);
            (await Post(harness, Persisted(ParsedDocument.HashOf("{ x }"), "{ x }"))).Status.ShouldBe(403);
            (await Post(harness, Persisted(ParsedDocument.HashOf("{ x }")))).Status.ShouldBe(403);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Rates_hold_for_the_operations_that_they_are_about()
    {
        var harness = Harness(new()
        {
            RateLimits =
            [
                new() { Type = "mutation", Limit = 1, WindowType = "fixed" },
                new() { RootField = "search", Limit = 10, Counts = "cost", WindowType = "fixed" },
                new() { Operation = "Slow", Limit = 2, WindowType = "fixed", Identifier = "header", HeaderName = "X-User" },
            ],
            FieldCosts = new Dictionary<string, double> { ["search"] = 6 },
        });
        (await Post(harness, Body("mutation { a }"))).Status.ShouldBe(200);
        var refused = await Post(harness, Body("mutation { b }"));
        refused.Status.ShouldBe(429);
        refused.Body.ShouldContain("RATE_LIMITED");
        int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
        (await Post(harness, Body("{ ...F } fragment F on Query { x: search }"))).Status.ShouldBe(200);
        (await Post(harness, Body("{ search }"))).Status.ShouldBe(429);
        for (var i = 0; i < 3; i++) (await Post(harness, Body("query Slow { a }"), ("X-User", "ann"))).Status.ShouldBe(i < 2 ? 200 : 429);
        (await Post(harness, Body("query Slow { a }"), ("X-User", "bob"))).Status.ShouldBe(200);
        harness.Time.Advance(TimeSpan.FromMinutes(1));
        (await Post(harness, Body("mutation { a }"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Nodes_on_one_Redis_count_together()
    {
        await using var server = await RedisServer.StartAsync();
        var config = new GraphQlConfig
        {
            Strategy = "redis",
            Redis = new AdvancedRedisConfig { Host = "127.0.0.1", Port = server.Port, ReadTimeout = 20000 },
            RateLimits = [new() { Type = "mutation", Limit = 3, WindowSize = 86400 * 30, WindowType = "fixed" }],
        };
        var id = Guid.NewGuid();
        PluginHarness[] nodes = [.. Enumerable.Range(0, 2).Select(_ => new PluginHarness().Use("graphql", config, new PluginConfig { Id = id }))];
        var statuses = new List<int>();
        for (var i = 0; i < 6; i++) statuses.Add((await Post(nodes[i % 2], Body("mutation { a }"))).Status);
        statuses.ShouldBe([200, 200, 200, 429, 429, 429]);
        (await Post(nodes[0], Body("{ a }"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Operations_are_told_apart_up_to_a_number_of_names()
    {
        var harness = Harness(new() { MaxOperationNames = 2 });
        foreach (var name in new[] { "A", "B", "C", "D", "A" }) await Post(harness, Body($"query {name} {{ a }}"));
        await Post(harness, Body("{ a }"));
        var metrics = Metrics(harness);
        metrics.ShouldContain("gateway_graphql_operation_duration_seconds_count{middleware=\"shop\",operation=\"A\",type=\"query\"} 2");
        metrics.ShouldContain("operation=\"other\",type=\"query\"} 2");
        metrics.ShouldContain("_count{middleware=\"shop\",operation=\"anonymous\",type=\"query\"} 1");
        metrics.ShouldNotContain("operation=\"C\"");
    }

    [Fact]
    public void Configurations_that_cannot_work_are_refused()
    {
        Problems(new() { Schema = "type" }).ShouldBe(["schema: Syntax Error: Expected Name, found <EOF>. (line 1, column 5)"]);
        Problems(new() { TypeCosts = new Dictionary<string, double> { ["A"] = 1 } }).ShouldHaveSingleItem().ShouldStartWith("type_costs");
        Problems(new() { Strategy = "redis" }).ShouldHaveSingleItem().ShouldStartWith("redis.host");
        Problems(new() { PersistedQueries = new() { Mode = "registered" } }).ShouldHaveSingleItem().ShouldStartWith("persisted_queries: registered needs");
        Problems(new() { PersistedQueries = new() { Mode = "registered", File = "/nonexistent/x.json" } }).ShouldHaveSingleItem().ShouldStartWith("persisted_queries.file");
        Problems(new() { PersistedQueries = new() { Mode = "automatic", Documents = new Dictionary<string, string> { ["a"] = "{" } } }).ShouldHaveSingleItem().ShouldStartWith("persisted_queries.documents.a: 'a': Syntax Error");
        Problems(new() { RateLimits = [new() { Limit = 1, Identifier = "header" }] }).ShouldHaveSingleItem().ShouldStartWith("rate_limits[0].header_name");
    }

    private static List<string> Problems(GraphQlConfig config)
    {
        var problems = new List<string>();
        config.Check((field, message) => problems.Add($"{field}: {message}"));
        return problems;
    }

    private static PluginHarness Harness(GraphQlConfig config) => new PluginHarness().Use("graphql", config, new PluginConfig { Id = Guid.NewGuid(), InstanceName = "shop" });

    private static Task<PluginResult> Post(PluginHarness harness, string body, params (string, string)[] headers) =>
        harness.SendAsync("/", "POST", [("Content-Type", "application/json"), .. headers], Encoding.UTF8.GetBytes(body));

    private static string Body(string query, object? variables = null) => JsonSerializer.Serialize(new { query, variables });

    private static string Persisted(string hash, string? query = null) =>
        JsonSerializer.Serialize(new { query, extensions = new { persistedQuery = new { version = 1, sha256Hash = hash } } });

    private static string Metrics(PluginHarness harness)
    {
        var text = new PrometheusText();
        foreach (var source in harness.Shared.OfType<GraphQlMetrics>()) source.WriteTo(text, null!);
        return text.ToString();
    }
}
