using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.RabbitMq;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Triggers;

/// <summary>
/// Begins a run for each message of one queue. A message goes from the queue only when that is as sure as its trigger wants it; whatever happens before, the
/// server gives it out again. How often it failed is written on the message itself, so that it counts across processes and restarts.
/// </summary>
internal sealed class RabbitListener(ListenedPlace place, WorkflowEngine engine, NodeServices services, Action<WorkflowModel, NodeModel, string> failed)
{
    /// <summary>The header that counts the attempts of a message.</summary>
    public const string Attempts = "x-sluice-attempts";

    /// <summary>The header of a dead letter that says why it is one.</summary>
    public const string Reason = "x-sluice-error";

    private const int MostAtATime = 200;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _underWay = new();
    private volatile ListenedPlace _place = place;
    private Task _running = Task.CompletedTask;
    private TimeSpan _pause = FirstPause;

    /// <summary>The trigger as it is now.</summary>
    public ListenedPlace Place
    {
        get => _place;
        set => _place = value;
    }

    private RabbitTriggerNode Trigger => (RabbitTriggerNode)_place.Node.Node;

    private RabbitTriggerOptions Options => Trigger.Parameters.Options;

    private TimeProvider Time => services.Time;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Ends listening; what is not dealt with yet, the server gives to somebody else.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ListenAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NodeException || OutgoingRabbit.IsOutage(e, _stop.Token))
            {
                failed(_place.Model, _place.Node, e.Message);
            }

            if (await PausedAsync(_pause * (0.5 + (Random.Shared.NextDouble() / 2)))) _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    /// <summary>Listens until the connection breaks.</summary>
    private async Task ListenAsync()
    {
        var fields = await Trigger.Connection!.FieldsAsync<RabbitConnection>(services, _place.Tenant, _stop.Token);
        await using var connection = await services.Rabbit.ConnectAsync(fields, services.GuardsAddresses(_place.Tenant), _stop.Token);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), _stop.Token);
        var broken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, why) =>
        {
            broken.TrySetResult(why.ReplyText);
            return Task.CompletedTask;
        };
        var queue = Trigger.Parameters.Queue;
        var options = Options;
        if (options.AssertQueue)
            await channel.QueueDeclareAsync(queue, options.Durable, options.Exclusive, options.AutoDelete, RabbitTopology.Arguments(options.Arguments, p => p.Literal!), cancellationToken: _stop.Token);
        foreach (var binding in options.Binding.Bindings) await channel.QueueBindAsync(queue, binding.Exchange, binding.RoutingKey, cancellationToken: _stop.Token);
        var atATime = options.ParallelMessages < 1 ? MostAtATime : (int)options.ParallelMessages;
        await channel.BasicQosAsync(0, (ushort)atATime, global: false, _stop.Token);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            // Its bytes are the client's again when this returns.
            var kept = new BasicDeliverEventArgs(
                message.ConsumerTag, message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, new BasicProperties(message.BasicProperties), message.Body.ToArray(), CancellationToken.None);
            var task = Task.Run(() => DealWithAsync(channel, kept));
            _underWay[task] = true;
            _ = task.ContinueWith(t => _underWay.TryRemove(KeyValuePair.Create(t, true)), TaskScheduler.Default);
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            broken.TrySetResult("the queue is gone");
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, _stop.Token);
        _pause = FirstPause;
        try
        {
            var why = await broken.Task.WaitAsync(_stop.Token);
            failed(_place.Model, _place.Node, why);
        }
        finally
        {
            // Nothing new comes; whoever has a message still may say that it is dealt with.
            if (channel.IsOpen) await Task.WhenAny(Task.WhenAll(_underWay.Keys), Task.Delay(TimeSpan.FromSeconds(2), Time));
        }
    }

    private async Task DealWithAsync(IChannel channel, BasicDeliverEventArgs message)
    {
        try
        {
            if (await TryAsync(message) is { } problem) await FailAsync(channel, message, problem);
            if (channel.IsOpen) await channel.BasicAckAsync(message.DeliveryTag, multiple: false, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Not dealt with: it goes back when the channel is closed.
        }
        catch (Exception e) when (OutgoingRabbit.IsOutage(e, _stop.Token) || e is RabbitMQ.Client.Exceptions.PublishException)
        {
            // The server gives it out again.
            if (channel.IsOpen) await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, CancellationToken.None);
        }
    }

    /// <summary>Runs the workflow for a message, as far as the trigger wants it.</summary>
    /// <returns>Null when the message is dealt with; why not, and whether trying again makes sense.</returns>
    private async Task<Problem?> TryAsync(BasicDeliverEventArgs message)
    {
        // A message that takes the process with it never gets to count itself; a quorum queue does it.
        if (Deliveries(message) > (int)Options.MaxAttempts + 1) return new Problem("it was given out again and again and never dealt with", Again: false);
        Item item;
        try
        {
            item = Trigger.Read(message);
        }
        catch (JsonException e)
        {
            return new Problem($"it is not JSON: {e.Message}", Again: false);
        }

        while (true)
        {
            try
            {
                return await RunAsync(item);
            }
            catch (RunRefusedException e)
            {
                // As long as it is held no further ones come: that is the brake.
                await Task.Delay(e.RetryAfter, Time, _stop.Token);
            }
            catch (DatabaseException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Time, _stop.Token);
            }
        }
    }

    private async Task<Problem?> RunAsync(Item item)
    {
        var (model, node) = (_place.Model, _place.Node);
        var acknowledge = Options.Acknowledge;
        var request = new RunRequest { Trigger = node.Name, Items = [item], Tenant = _place.Tenant, Id = Guid.CreateVersion7(Time.GetUtcNow()).ToString("N") };
        if (acknowledge == "immediately")
        {
            await engine.StartAsync(model, request);
            return null;
        }

        var held = acknowledge == "laterMessageNode" ? services.Rabbit.Held.Hold(request.Id) : null;
        try
        {
            var ended = engine.RunAsync(model, request).AsTask();
            if (held is not null && await Task.WhenAny(held, ended) == held)
            {
                _ = ended.ContinueWith(static t => t.Exception, TaskScheduler.Default);
                return null;
            }

            var result = await ended.WaitAsync(_stop.Token);
            if (held is not null && !held.IsCompleted) return new Problem("its run ended without a rabbitmq node that takes it from the queue", Again: true);

            // One that waits is stored and goes on; one that a person decides about is stored, too.
            return acknowledge == "executionFinishesSuccessfully" && result.Phase is RunPhase.Failed or RunPhase.Cancelled ? new Problem(result.Error?.Message ?? "its run was cancelled", Again: true) : null;
        }
        finally
        {
            services.Rabbit.Held.Forget(request.Id);
        }
    }

    /// <summary>Puts a message back to be tried again, or where the dead letters are. Whoever acknowledges it afterwards gives up the old copy.</summary>
    private async Task FailAsync(IChannel channel, BasicDeliverEventArgs message, Problem problem)
    {
        var attempts = Count(message, Attempts) + 1;
        var properties = new BasicProperties(message.BasicProperties) { Persistent = true };
        properties.Headers = properties.Headers is { } given ? new Dictionary<string, object?>(given, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        properties.Headers[Attempts] = (long)attempts;
        properties.Headers.Remove("x-delivery-count");
        var target = Trigger.Parameters.Queue;
        if (!problem.Again || attempts >= Options.MaxAttempts)
        {
            target = Options.DeadLetterQueue ?? $"{target}.dead";
            properties.Headers[Reason] = problem.Message.Length > 1000 ? problem.Message[..1000] : problem.Message;
            await channel.QueueDeclareAsync(target, durable: true, exclusive: false, autoDelete: false, cancellationToken: CancellationToken.None);
        }
        else
        {
            var delay = TimeSpan.FromSeconds(Math.Min(60, Options.RetryDelay * Math.Pow(2, attempts - 1)));
            if (delay > TimeSpan.Zero) await Task.Delay(delay, Time, _stop.Token);
        }

        await channel.BasicPublishAsync("", target, mandatory: true, properties, message.Body, CancellationToken.None);
    }

    private async Task<bool> PausedAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, Time, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static int Deliveries(BasicDeliverEventArgs message) => Count(message, "x-delivery-count");

    private static int Count(BasicDeliverEventArgs message, string header) => (message.BasicProperties.Headers?.TryGetValue(header, out var value) == true ? value : null) switch
    {
        byte[] text => int.TryParse(Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture, out var number) ? number : 0,
        IConvertible number => number.ToInt32(CultureInfo.InvariantCulture),
        _ => 0,
    };

    /// <param name="Again">Whether trying again makes sense.</param>
    private sealed record Problem(string Message, bool Again);
}
