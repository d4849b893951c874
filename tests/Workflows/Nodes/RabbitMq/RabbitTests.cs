using System.Collections.Concurrent;
using System.Text;
using RabbitMQ.Client;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Connections;
using Sluice.Workflows.Tests.Runs;

namespace Sluice.Workflows.Tests.Nodes.RabbitMq;

/// <summary>Messages to and from a real server.</summary>
public sealed class RabbitTests
{
    [Fact]
    public async Task Messages_go_to_queues_and_exchanges()
    {
        await using var at = await Broker.ConnectAsync();
        var queue = at.NewQueue();
        (await at.SendAsync("""{"queue": "QUEUE", "options": {"headers": {"header": [{"key": "n", "value": "={{ $json.n }}"}]}, "arguments": {"argument": [{"key": "x-queue-type", "value": "quorum"}]}}}""".Replace("QUEUE", queue), """[{"n": "1"}, {"n": "2"}]"""))
            .ShouldBe("""[{"success":true},{"success":true}]""");
        var first = await at.TakeAsync(queue);
        first.Body.ShouldBe("""{"n":"1"}""");
        first.Headers["n"].ShouldBe("1");
        (await at.TakeAsync(queue)).Body.ShouldBe("""{"n":"2"}""");

        var exchange = at.NewQueue();
        var unrouted = await Should.ThrowAsync<NodeException>(() => at.SendAsync($$"""{"mode": "exchange", "exchange": "{{exchange}}", "exchangeType": "topic", "routingKey": "a.b", "sendInputData": false, "message": "m"}"""));
        unrouted.Message.ShouldBe($"no queue takes the message to '{exchange}, a.b'");
        await at.Channel.QueueBindAsync(queue, exchange, "a.*", cancellationToken: TestContext.Current.CancellationToken);
        (await at.SendAsync($$"""{"mode": "exchange", "exchange": "{{exchange}}", "exchangeType": "topic", "routingKey": "a.b", "sendInputData": false, "message": "m"}""")).ShouldBe("""[{"success":true}]""");
        (await at.TakeAsync(queue)).Body.ShouldBe("m");
        var other = await Should.ThrowAsync<NodeException>(() => at.SendAsync($$"""{"queue": "{{queue}}"}"""));
        other.Code.ShouldBe("406");
        other.Retryable.ShouldBeFalse();
    }

    [Fact]
    public async Task What_does_not_answer_or_may_not_be_reached_says_so()
    {
        await using var away = new Broker(1, null!);
        var refused = await Should.ThrowAsync<NodeException>(() => away.SendAsync("""{"queue": "q"}"""));
        refused.Message.ShouldStartWith("the RabbitMQ server 127.0.0.1:1 does not answer");
        refused.Retryable.ShouldBeTrue();
        away.Guards = true;
        (await Should.ThrowAsync<NodeException>(() => away.SendAsync("""{"queue": "q"}"""))).Message.ShouldBe("'127.0.0.1' is not a public address");
        NodeFixture.Load(Broker.Node("""{"mode": "exchange"}""")).Problems.Select(p => $"{p.Field}: {p.Message}").ShouldContain("parameters.exchange: required for the mode exchange");
    }

    [Fact]
    public async Task A_message_begins_a_run_and_is_taken_when_that_is_stored()
    {
        await using var at = await Broker.ConnectAsync();
        var queue = at.NewQueue();
        var seen = new ConcurrentQueue<string>();
        using var node = new TestNode((_, c) =>
        {
            seen.Enqueue(JsJson.WriteString(c.Items[0].Json));
            return NodeResult.Of(c.Items);
        });
        await using var engine = await at.ListenAsync(queue, """{"jsonParseBody": true, "onlyContent": true}""", $"Node {node.Type}");
        await at.PublishAsync(queue, """{"n": 1}""");
        await UntilAsync(() => !seen.IsEmpty);
        seen.ShouldBe(["""{"n":1}"""]);

        // What nobody can ever read is put aside at once.
        await at.PublishAsync(queue, "{");
        var dead = await at.WaitForAsync($"{queue}.dead");
        dead.Body.ShouldBe("{");
        dead.Headers["x-sluice-error"].ShouldStartWith("it is not JSON");
        await UntilAsync(async () => await at.CountAsync(queue) == 0);
    }

    [Fact]
    public async Task A_message_whose_run_fails_is_tried_again_and_then_put_aside()
    {
        await using var at = await Broker.ConnectAsync();
        var queue = at.NewQueue();
        var tried = new ConcurrentQueue<string>();
        using var node = new TestNode((_, c) =>
        {
            var content = c.Items[0].Json["content"].AsString!;
            tried.Enqueue(content);
            return content == "poison" || tried.Count(t => t == content) == 1 ? throw new NodeException($"cannot take {content}") { Retryable = false } : NodeResult.Of(c.Items);
        });
        await using var engine = await at.ListenAsync(queue, $$"""{"acknowledge": "executionFinishesSuccessfully", "maxAttempts": 3, "retryDelay": 0, "deadLetterQueue": "{{queue}}-aside"}""", $"Node {node.Type}");
        await at.PublishAsync(queue, "poison");
        await at.PublishAsync(queue, "food");
        var dead = await at.WaitForAsync($"{queue}-aside");
        dead.Body.ShouldBe("poison");
        dead.Headers["x-sluice-attempts"].ShouldBe("3");
        dead.Headers["x-sluice-error"].ShouldBe("cannot take poison");
        await UntilAsync(() => tried.Count(t => t == "food") == 2);
        tried.Count(t => t == "poison").ShouldBe(3);
    }

    [Fact]
    public async Task A_later_node_takes_the_message_and_no_more_than_allowed_are_under_way()
    {
        await using var at = await Broker.ConnectAsync();
        var queue = at.NewQueue();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var node = new TestNode(async (_, c) =>
        {
            await release.Task;
            return NodeResult.Of(c.Items);
        });
        await using (var engine = await at.ListenAsync(queue, """{"acknowledge": "laterMessageNode", "parallelMessages": 1}""", $"Node {node.Type}", """Take rabbitmq | {"operation": "deleteMessage"}"""))
        {
            for (var i = 0; i < 3; i++) await at.PublishAsync(queue, "m");
            await node.Entered;
            await UntilAsync(async () => await at.CountAsync(queue) == 2);
            engine.Active.Count.ShouldBe(1);
            release.SetResult();
            await UntilAsync(async () => await at.CountAsync(queue) == 0 && engine.Active.Count == 0);
        }

        (await at.CountAsync(queue)).ShouldBe(0u);
    }

    [Fact]
    public async Task A_message_under_way_when_the_process_or_the_server_ends_comes_again()
    {
        await using var server = await RabbitServer.StartAsync();
        await using var at = await Broker.ConnectAsync(server);
        var queue = at.NewQueue();
        var (seen, hangs) = (0, true);
        using var node = new TestNode(async (_, c) =>
        {
            Interlocked.Increment(ref seen);
            if (Volatile.Read(ref hangs)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.Cancellation);
            return NodeResult.Of(c.Items);
        });
        const string options = """{"acknowledge": "executionFinishes"}""";
        await using (await at.ListenAsync(queue, options, $"Node {node.Type}"))
        {
            await at.PublishAsync(queue, "m");
            await UntilAsync(() => Volatile.Read(ref seen) == 1);
        }

        Volatile.Write(ref hangs, false);
        await using var again = await at.ListenAsync(queue, options, $"Node {node.Type}");
        await UntilAsync(() => Volatile.Read(ref seen) == 2);

        // The server is away for a while: the listener comes back by itself.
        await server.KillAsync();
        await server.StartAgainAsync();
        await at.ConnectAgainAsync();
        // A queue that was made just before the kill may be gone until the listener makes it anew: what is sent before goes nowhere.
        await UntilAsync(async () =>
        {
            await at.PublishAsync(queue, "n");
            return Volatile.Read(ref seen) >= 3;
        });
    }

    [Fact]
    public async Task A_new_configuration_keeps_or_ends_listeners()
    {
        await using var at = await Broker.ConnectAsync();
        var queue = at.NewQueue();
        var seen = new ConcurrentQueue<string>();
        using var one = new TestNode((_, c) => Tell("one", c));
        using var two = new TestNode((_, c) => Tell("two", c));
        await using var engine = await at.ListenAsync(queue, "{}", $"Node {one.Type}");
        await at.PublishAsync(queue, "m");
        await UntilAsync(() => seen.Count == 1);
        engine.Use([Broker.Workflow(queue, "{}", $"Node {two.Type}")]);
        await at.PublishAsync(queue, "m");
        await UntilAsync(() => seen.Count == 2);
        seen.ShouldBe(["one", "two"]);
        engine.Use([]);
        await UntilAsync(async () => await at.Channel.ConsumerCountAsync(queue, TestContext.Current.CancellationToken) == 0);

        NodeResult Tell(string word, NodeContext context)
        {
            seen.Enqueue(word);
            return NodeResult.Of(context.Items);
        }
    }

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            i.ShouldBeLessThan(3000, "it did not come about within two minutes");
            await Task.Delay(40, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Broker(int port, IConnection connection) : IAsyncDisposable
    {
        private IConnection _connection = connection;

        public IChannel Channel { get; private set; } = null!;

        public bool Guards { get; set; }

        private NodeServices Services => new()
        {
            Connections = new OneConnection("rabbitmq", JsJson.WriteString(new JsObject { ["hostname"] = "127.0.0.1", ["port"] = port })),
            GuardsAddresses = _ => Guards,
        };

        public static async Task<Broker> ConnectAsync(RabbitServer? server = null)
        {
            var broker = new Broker((server ?? await RabbitServer.SharedAsync()).Port, null!);
            await broker.ConnectAgainAsync();
            return broker;
        }

        public static JsObject Node(string parameters) => new()
        {
            ["name"] = "Node", ["type"] = "rabbitmq", ["parameters"] = JsJson.Parse(parameters), ["credentials"] = Credentials(),
        };

        public static WorkflowModel Workflow(string queue, string options, params string[] nodes) => Tests.Runs.Workflows.Make(
            "test", $"Messages > {string.Join(" > ", nodes.Select(n => n.Split(' ')[0]))}", """{"durability": "none"}""",
            [$$"""Messages rabbitmq-trigger | {"queue": "{{queue}}", "options": {{options}}} | {"credentials": {{JsJson.WriteString(Credentials())}}}""", .. nodes]);

        public async Task ConnectAgainAsync()
        {
            if (_connection is not null) await _connection.DisposeAsync();
            _connection = await new ConnectionFactory { HostName = "127.0.0.1", Port = port, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(TestContext.Current.CancellationToken);
            Channel = await _connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        public string NewQueue() => $"q{Guid.NewGuid():N}";

        public async Task<string> SendAsync(string parameters, string items = "[{}]")
        {
            var check = NodeFixture.Load(Node(parameters));
            check.Problems.ShouldBeEmpty();
            await using var services = Services;
            var output = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services);
            return JsJson.WriteString(new JsArray([.. output[0].Select(i => (JsValue)i.Json)]));
        }

        public async Task<WorkflowEngine> ListenAsync(string queue, string options, params string[] nodes)
        {
            var engine = new WorkflowEngine(new EngineOptions { Services = Services });
            engine.Use([Workflow(queue, options, nodes)]);
            await engine.StartAsync(TestContext.Current.CancellationToken);
            await UntilAsync(async () =>
            {
                try
                {
                    return await Channel.ConsumerCountAsync(queue, TestContext.Current.CancellationToken) > 0;
                }
                catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
                {
                    // Not there yet, which costs the channel.
                    await ConnectAgainAsync();
                    return false;
                }
            });
            return engine;
        }

        public async Task PublishAsync(string queue, string body) => await Channel.BasicPublishAsync("", queue, mandatory: true, Encoding.UTF8.GetBytes(body), TestContext.Current.CancellationToken);

        public async Task<uint> CountAsync(string queue) => await Channel.MessageCountAsync(queue, TestContext.Current.CancellationToken);

        public async Task<(string Body, Dictionary<string, string> Headers)> TakeAsync(string queue)
        {
            var message = (await Channel.BasicGetAsync(queue, autoAck: true, TestContext.Current.CancellationToken)).ShouldNotBeNull();
            var headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>()).ToDictionary(h => h.Key, h => h.Value is byte[] text ? Encoding.UTF8.GetString(text) : $"{h.Value}");
            return (Encoding.UTF8.GetString(message.Body.Span), headers);
        }

        public async Task<(string Body, Dictionary<string, string> Headers)> WaitForAsync(string queue)
        {
            await Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: TestContext.Current.CancellationToken);
            await UntilAsync(async () => await CountAsync(queue) > 0);
            return await TakeAsync(queue);
        }

        public async ValueTask DisposeAsync()
        {
            if (_connection is not null) await _connection.DisposeAsync();
        }

        private static JsObject Credentials() => new() { ["rabbitmq"] = new JsObject { ["name"] = "mine" } };
    }
}
