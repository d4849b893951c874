using System.Globalization;
using System.Text;
using RabbitMQ.Client.Events;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>Begins a run for each message of a queue.</summary>
internal sealed class RabbitTriggerNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RabbitTriggerNode, RabbitTriggerParameters>((p, s) => new(p, s))
    {
        Type = "rabbitmq-trigger",
        Summary = "Begins a run for each message of a queue of a RabbitMQ server.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.rabbitmqTrigger", 1, 1.1)],
        Difference = "a message is taken from its queue at the earliest when its run is stored; one that fails again and again, or cannot be read, goes to a dead letter queue; at most 200 are dealt with at a time",
    };

    public RabbitTriggerNode(RabbitTriggerParameters parameters, NodeSetup setup)
    {
        Parameters = parameters;
        Connection = ConnectionReference.Of(setup, "rabbitmq", "queue");
        if (parameters.Options.Arguments.Argument.Any(a => !a.Key.IsLiteral || !a.Value.IsLiteral)) setup.Report("options.arguments", "there are no items yet that an expression could look at");
    }

    public RabbitTriggerParameters Parameters { get; }

    public ConnectionReference? Connection { get; }

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of(context.Items);

    /// <summary>The item of a message, in n8n's words.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is to be JSON, and is not.</exception>
    public Item Read(BasicDeliverEventArgs message)
    {
        var options = Parameters.Options;
        var json = new JsObject
        {
            ["fields"] = new JsObject
            {
                ["consumerTag"] = message.ConsumerTag, ["deliveryTag"] = (double)message.DeliveryTag, ["redelivered"] = message.Redelivered, ["exchange"] = message.Exchange, ["routingKey"] = message.RoutingKey,
            },
            ["properties"] = Properties(message),
        };
        if (options.ContentIsBinary)
        {
            var file = Files.Make(message.Body.ToArray(), message.BasicProperties.ContentType ?? "application/octet-stream", "");
            return new Item(json) { Binary = Files.With(null, "data", file) };
        }

        var content = options.JsonParseBody ? JsJson.Parse(message.Body.Span) : (JsValue)Encoding.UTF8.GetString(message.Body.Span);
        if (options.OnlyContent) return new Item(content.AsObject ?? new JsObject(1) { ["content"] = content });
        json["content"] = content;
        return new Item(json);
    }

    private static JsObject Properties(BasicDeliverEventArgs message)
    {
        var given = message.BasicProperties;
        var shown = new JsObject();
        if (given.IsContentTypePresent()) shown["contentType"] = given.ContentType;
        if (given.IsContentEncodingPresent()) shown["contentEncoding"] = given.ContentEncoding;
        if (given.Headers is { } headers)
        {
            var map = new JsObject();
            foreach (var (name, value) in headers) map.Set(name, Value(value));
            shown["headers"] = map;
        }

        if (given.IsDeliveryModePresent()) shown["deliveryMode"] = (double)given.DeliveryMode;
        if (given.IsPriorityPresent()) shown["priority"] = (double)given.Priority;
        if (given.IsCorrelationIdPresent()) shown["correlationId"] = given.CorrelationId;
        if (given.IsReplyToPresent()) shown["replyTo"] = given.ReplyTo;
        if (given.IsMessageIdPresent()) shown["messageId"] = given.MessageId;
        if (given.IsTimestampPresent()) shown["timestamp"] = (double)given.Timestamp.UnixTime;
        if (given.IsTypePresent()) shown["type"] = given.Type;
        if (given.IsAppIdPresent()) shown["appId"] = given.AppId;
        return shown;
    }

    private static JsValue Value(object? value) => value switch
    {
        null => JsValue.Null,
        bool flag => flag,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        IDictionary<string, object?> map => Map(map),
        System.Collections.IList list => new JsArray([.. list.Cast<object?>().Select(Value)]),
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static JsValue Map(IDictionary<string, object?> map)
    {
        var shown = new JsObject(map.Count);
        foreach (var (name, value) in map) shown.Set(name, Value(value));
        return shown;
    }
}
