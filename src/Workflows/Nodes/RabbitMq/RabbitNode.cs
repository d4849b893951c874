using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>Sends messages to a RabbitMQ server; each counts as sent when the server has confirmed it.</summary>
internal sealed class RabbitNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RabbitNode, RabbitParameters>((p, s) => new(p, s))
    {
        Type = "rabbitmq",
        Summary = "Sends messages to a queue or an exchange of a RabbitMQ server.",
        Category = NodeCategory.Store,
        Aliases = [new("n8n-nodes-base.rabbitmq", 1, 1.1)],
        Difference = "messages are confirmed by the server and survive its restart; one that reaches no queue is an error",
    };

    private readonly RabbitParameters _parameters;
    private readonly ConnectionReference? _connection;

    public RabbitNode(RabbitParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        if (parameters.Operation == "deleteMessage") return;
        _connection = ConnectionReference.Of(setup, "rabbitmq", "operation");
        if (parameters is { Mode: "queue", Queue: { IsLiteral: true, Literal: "" } }) setup.Report("queue", "required for the mode queue");
        if (parameters is { Mode: "exchange", Exchange: { IsLiteral: true, Literal: "" } }) setup.Report("exchange", "required for the mode exchange");
    }

    /// <summary>What was sent twice is there twice.</summary>
    public override bool Idempotent => _parameters.Operation == "deleteMessage";

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (_parameters.Operation == "deleteMessage")
        {
            if (!context.Services.Rabbit.Held.Settle(context.Run.Id)) throw new NodeException("no message waits for this: the run was not begun by a rabbitmq-trigger with options.acknowledge 'laterMessageNode'") { Retryable = false };
            return NodeResult.Of(context.Items);
        }

        if (context.Items.Count == 0) return NodeResult.Of(new List<Item>());
        var fields = await _connection!.FieldsAsync<RabbitConnection>(context);
        var channel = await context.Services.Rabbit.OpenAsync(fields, context.Services.GuardsAddresses(context.Run.Request.Tenant), context.Cancellation);
        await using (channel)
        {
            var output = new List<Item>(context.Items.Count);
            var prepared = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < context.Items.Count; i++)
            {
                try
                {
                    await SendAsync(context, channel, prepared, i);
                    output.Add(new Item(new JsObject(1) { ["success"] = true }) { PairedItems = Positions.Of(i) });
                }
                catch (NodeException e) when (context.ContinueOnFail && channel.IsOpen)
                {
                    output.Add(context.Failed(i, e));
                }
            }

            return NodeResult.Of(output);
        }
    }

    private async Task SendAsync(NodeContext context, IChannel channel, HashSet<string> prepared, int index)
    {
        var toQueue = _parameters.Mode == "queue";
        var (exchange, key) = toQueue ? ("", _parameters.Queue.Get(context, index)) : (_parameters.Exchange.Get(context, index), _parameters.RoutingKey.Get(context, index));
        var place = toQueue ? key : exchange;
        if (place.Length == 0) throw new NodeException($"{_parameters.Mode}: say which") { ItemIndex = index, Retryable = false };
        try
        {
            if (prepared.Add(place)) await PrepareAsync(context, channel, place, index);
            var properties = new BasicProperties
            {
                Persistent = true,
                ContentType = _parameters.SendInputData ? "application/json" : "text/plain",
                Headers = _parameters.Options.Headers.Header.Count == 0 ? null : _parameters.Options.Headers.Header.ToDictionary(h => h.Key.Get(context, index), h => (object?)h.Value.Get(context, index), StringComparer.Ordinal),
            };
            var body = _parameters.SendInputData ? JsJson.WriteUtf8(context.Items[index].Json) : Encoding.UTF8.GetBytes(_parameters.Message.Get(context, index));
            await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body, context.Cancellation);
        }
        catch (PublishException e)
        {
            throw new NodeException(e.IsReturn ? $"no queue takes the message to '{(toQueue ? key : $"{exchange}, {key}")}'" : "the server did not take the message", e) { ItemIndex = index, Retryable = !e.IsReturn };
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: >= 400 and < 500 } reason)
        {
            throw new NodeException(reason.ReplyText, e) { ItemIndex = index, Code = $"{reason.ReplyCode}", Retryable = false };
        }
        catch (Exception e) when (OutgoingRabbit.IsOutage(e, context.Cancellation))
        {
            throw new NodeException($"the RabbitMQ server broke off: {e.Message}", e) { ItemIndex = index };
        }
    }

    private async Task PrepareAsync(NodeContext context, IChannel channel, string place, int index)
    {
        var options = _parameters.Options;
        var arguments = RabbitTopology.Arguments(options.Arguments, p => p.Get(context, index));
        if (_parameters.Mode == "queue")
        {
            if (options.AssertQueue) await channel.QueueDeclareAsync(place, options.Durable, options.Exclusive, options.AutoDelete, arguments, cancellationToken: context.Cancellation);
            return;
        }

        if (!options.AssertExchange) return;
        if (options.AlternateExchange.Length > 0) arguments["alternate-exchange"] = options.AlternateExchange;
        await channel.ExchangeDeclareAsync(place, _parameters.ExchangeType, options.Durable, options.AutoDelete, arguments, cancellationToken: context.Cancellation);
    }
}
