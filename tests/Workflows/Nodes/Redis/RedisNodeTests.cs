using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Redis;

/// <summary>The node against a real server.</summary>
public sealed class RedisNodeTests
{
    [Fact]
    public async Task Keys_hold_text_hashes_lists_and_sets()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "a long secret");
        using var at = new Connected(server.Port, "a long secret");
        (await at.RunAsync("""{"operation": "set", "key": "=k:{{ $json.n }}", "value": "={{ $json.v }}"}""", """[{"n": 1, "v": "täxt"}, {"n": 2, "v": {"a": 1, "b": "x y"}}, {"n": 3, "v": ["p", 7]}]"""))
            .ShouldBe("""[{"n":1,"v":"täxt"},{"n":2,"v":{"a":1,"b":"x y"}},{"n":3,"v":["p",7]}]""");
        (await at.RunAsync("""{"operation": "set", "key": "k:4", "keyType": "sets", "value": "[\"one\"]"}""")).ShouldBe("[{}]");
        (await at.RunAsync("""{"operation": "set", "key": "k:2", "keyType": "hash", "valueIsJSON": false, "value": "a 9 c 10"}""")).ShouldBe("[{}]");
        (await at.RunAsync("""{"operation": "set", "key": "k:3", "value": ["q"]}""".Replace("[\"q\"]", "\"={{ ['q'] }}\""))).ShouldBe("[{}]");
        (await at.RunAsync("""{"operation": "keys", "keyPattern": "k:*"}""")).ShouldBe("""[{"k:1":"täxt","k:2":{"a":"9","b":"x y","c":"10"},"k:3":["q"],"k:4":["one"]}]""");
        (await at.RunAsync("""{"operation": "keys", "keyPattern": "k:[12]", "getValues": false}""")).ShouldBe("""[{"keys":["k:1","k:2"]}]""");
        (await at.RunAsync("""{"operation": "get", "key": "={{ $json.k }}", "propertyName": "a.b"}""", """[{"k": "k:1"}, {"k": "nothing"}]""")).ShouldBe("""[{"a":{"b":"täxt"}},{"a":{"b":null}}]""");
        (await at.RunAsync("""{"operation": "get", "key": "k:2", "keyType": "hash", "propertyName": "a.b", "options": {"dotNotation": false}}""")).ShouldBe("""[{"a.b":{"a":"9","b":"x y","c":"10"}}]""");
        (await at.RunAsync("""{"operation": "delete", "key": "k:1"}""")).ShouldBe("[{}]");
        (await at.RunAsync("""{"operation": "get", "key": "k:1", "propertyName": "v"}""")).ShouldBe("""[{"v":null}]""");
        var wrong = await Should.ThrowAsync<NodeException>(() => at.RunAsync("""{"operation": "get", "key": "k:2", "keyType": "string"}"""));
        wrong.Code.ShouldBe("WRONGTYPE");
        wrong.Retryable.ShouldBeFalse();
    }

    [Fact]
    public async Task Counts_expire_lists_queue_and_channels_carry()
    {
        await using var server = await RedisServer.StartAsync();
        using var at = new Connected(server.Port, "");
        (await at.RunAsync("""{"operation": "incr", "key": "n", "expire": true, "ttl": 100}""", "[{}, {}]")).ShouldBe("""[{"n":1},{"n":2}]""");
        (await at.RunAsync("""{"operation": "set", "key": "s", "value": "v", "expire": true, "ttl": 100}""")).ShouldBe("[{}]");
        (await at.RunAsync("""{"operation": "set", "key": "h", "value": "={{ {a: 1} }}", "expire": true, "ttl": 100}""")).ShouldBe("[{}]");
        using var client = new Foundation.Redis.RedisClient(new() { Host = "127.0.0.1", Port = server.Port }, TimeProvider.System);
        foreach (var key in new[] { "n", "s", "h" }) (await client.ExecuteAsync("TTL", key)).Integer.ShouldBeInRange(1, 100);
        await at.RunAsync("""{"operation": "push", "list": "l", "messageData": "={{ $json.m }}", "tail": true}""", """[{"m": "{\"a\": 1}"}, {"m": "text"}]""");
        (await at.RunAsync("""{"operation": "pop", "list": "l", "propertyName": "m"}""", "[{}, {}, {}]")).ShouldBe("""[{"m":{"a":1}},{"m":"text"},{"m":null}]""");
        (await at.RunAsync("""{"operation": "publish", "channel": "c", "messageData": "hello"}""", """[{"x": 1}]""")).ShouldBe("""[{"x":1}]""");
        var info = JsJson.Parse(await at.RunAsync("""{"operation": "info"}""", "[{}, {}]")).AsArray![0].AsObject!;
        info["tcp_port"].AsNumber.ShouldBe(server.Port);
        info["db0"].AsObject!["keys"].AsNumber.ShouldBe(3);
    }

    [Fact]
    public async Task What_does_not_answer_or_may_not_be_reached_says_so()
    {
        using var away = new Connected(1, "a long secret");
        var refused = await Should.ThrowAsync<NodeException>(() => away.RunAsync("""{"operation": "get", "key": "k"}"""));
        refused.Message.ShouldStartWith("the Redis server 127.0.0.1:1 does not answer");
        refused.Message.ShouldNotContain("secret");
        refused.Retryable.ShouldBeTrue();
        using var guarded = new Connected(1, "", guards: true);
        (await Should.ThrowAsync<NodeException>(() => guarded.RunAsync("""{"operation": "get", "key": "k"}"""))).Message.ShouldBe("'127.0.0.1' is not a public address");
    }

    [Theory]
    [InlineData("""{"operation": "get"}""", "parameters.key: required for the operation get")]
    [InlineData("""{"operation": "keys"}""", "parameters.keyPattern: required for the operation keys")]
    [InlineData("""{"operation": "pop"}""", "parameters.list: required for the operation pop")]
    [InlineData("""{"operation": "publish"}""", "parameters.channel: required for the operation publish")]
    public void What_makes_no_sense_is_refused_when_it_is_loaded(string parameters, string expected) =>
        NodeFixture.Load(Node(parameters)).Problems.Select(p => $"{p.Field}: {p.Message}").ShouldContain(expected);

    private static JsObject Node(string parameters) => new()
    {
        ["name"] = "Node", ["type"] = "redis", ["parameters"] = JsJson.Parse(parameters), ["credentials"] = new JsObject { ["redis"] = new JsObject { ["name"] = "mine" } },
    };

    private sealed class Connected(int port, string password, bool guards = false) : IDisposable
    {
        private readonly NodeServices _services = new()
        {
            Connections = new OneConnection("redis", JsJson.WriteString(new JsObject { ["host"] = "127.0.0.1", ["port"] = port, ["password"] = password })),
            GuardsAddresses = _ => guards,
        };

        public async Task<string> RunAsync(string parameters, string items = "[{}]")
        {
            var check = NodeFixture.Load(Node(parameters));
            check.Problems.ShouldBeEmpty();
            var output = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], _services);
            return JsJson.WriteString(new JsArray([.. output[0].Select(i => (JsValue)i.Json)]));
        }

        public void Dispose() => _services.Redis.Dispose();
    }
}
