using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.RabbitMq;

namespace Sluice.Workflows.Runs;

/// <summary>
/// Tells workers that stored runs wait, over a quorum queue of RabbitMQ. A message is only a hint: the worker that gets it looks into the database, which says what there
/// is to do. So nothing depends on a message that is lost, comes twice or makes no sense; without any, workers find the runs a little later.
/// </summary>
/// <param name="atATime">How many hints this process holds at a time; 0 where it takes none.</param>
/// <param name="received">Told of each hint: it must not wait.</param>
/// <param name="changed">Told why the server cannot be used, once for each time, and with null that it can.</param>
internal sealed class RunHints(RabbitConnection server, OutgoingRabbit outgoing, int atATime, TimeProvider time, Action received, Action<string?> changed) : IAsyncDisposable
{
    /// <summary>The queue; who wants several sets of nodes on one server gives each a virtual host.</summary>
    public const string Queue = "sluice.runs";

    /// <summary>How many hints wait at most, here and in the queue: where so many do, workers have enough to do without further ones.</summary>
    private const int Most = 10_000;

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _unsent = Channel.CreateBounded<string>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Queue<ulong> _unacknowledged = new();
    private IChannel? _receiving;
    private bool? _wasThere;
    private bool _isDead;
    private Task _running = Task.CompletedTask;

    /// <summary>Whether others can be told, and tell.</summary>
    public bool IsConnected => _wasThere == true;

    /// <summary>How many hints it holds.</summary>
    public int Received
    {
        get
        {
            lock (_lock) return _unacknowledged.Count;
        }
    }

    /// <summary>Connects, now and whenever the connection breaks.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Tells of a stored run. Nobody waits for the server.</summary>
    public void Tell(string run) => _unsent.Writer.TryWrite(run);

    /// <summary>The oldest of the hints it holds have served.</summary>
    public void Done(int count)
    {
        IChannel? channel;
        var last = 0UL;
        lock (_lock)
        {
            for (channel = _receiving; count > 0 && _unacknowledged.TryDequeue(out var tag); count--) last = tag;
        }

        if (channel is not null && last > 0) _ = AcknowledgeAsync(channel, last);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            var why = "";
            try
            {
                await using var connection = await outgoing.ConnectAsync(server, guarded: false, _stop.Token);
                try
                {
                    why = await ServeAsync(connection);
                }
                finally
                {
                    // With all of its channels: one that the server does not answer on would be waited for much longer.
                    await connection.AbortAsync(Goodbye);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NodeException || OutgoingRabbit.IsOutage(e, _stop.Token))
            {
                why = e.Message;
            }
            finally
            {
                lock (_lock)
                {
                    _receiving = null;
                    _unacknowledged.Clear();
                }
            }

            if (_stop.IsCancellationRequested) return;
            if (IsConnected) pause = FirstPause;
            Changed(why);
            await Task.WhenAny(Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, _stop.Token));
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Changed(string? why)
    {
        if (_wasThere == (why is null)) return;
        _wasThere = why is null;
        changed(why);
        // What waits may have been told of to nobody.
        received();
    }

    /// <summary>Sends and receives until the connection breaks.</summary>
    /// <returns>Why it did.</returns>
    private async Task<string> ServeAsync(IConnection connection)
    {
        var broken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = await OpenAsync(connection, broken);
        // A queue that had been made only seconds before its server was killed comes back without a leader, and stays so. Only hints are in it.
        if (_isDead) await sending.QueueDeleteAsync(Queue, cancellationToken: _stop.Token);
        _isDead = false;
        await sending.QueueDeclareAsync(
            Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = (long)Most }, cancellationToken: _stop.Token);
        if (atATime > 0 && await ReceiveAsync(await OpenAsync(connection, broken), broken) is { } problem)
        {
            _isDead = true;
            return $"its queue {Queue} does not answer, and is made anew: {problem}";
        }

        Changed(null);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var sent = SendAsync(sending, ended.Token);
        try
        {
            await Task.WhenAny(broken.Task, sent).WaitAsync(_stop.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await sent;
        }

        return broken.Task.IsCompleted ? await broken.Task : "it takes no messages";
    }

    private async Task<IChannel> OpenAsync(IConnection connection, TaskCompletionSource<string> broken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: _stop.Token);
        channel.ChannelShutdownAsync += (_, why) =>
        {
            broken.TrySetResult(why.ReplyText);
            return Task.CompletedTask;
        };
        return channel;
    }

    /// <returns>Why the queue does not answer, although the server does; null when it does.</returns>
    private async Task<string?> ReceiveAsync(IChannel channel, TaskCompletionSource<string> broken)
    {
        lock (_lock) _receiving = channel;
        await channel.BasicQosAsync(0, (ushort)Math.Min(atATime, ushort.MaxValue), global: false, _stop.Token);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            lock (_lock) _unacknowledged.Enqueue(message.DeliveryTag);
            received();
            return Task.CompletedTask;
        };
        // It is made anew with the next connection.
        consumer.UnregisteredAsync += (_, _) =>
        {
            broken.TrySetResult($"its queue {Queue} was deleted");
            return Task.CompletedTask;
        };
        try
        {
            await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, _stop.Token);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OperationInterruptedException { ShutdownReason.ReplyCode: Constants.InternalError } || (e is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return e.Message;
        }
    }

    /// <summary>Sends until it cannot.</summary>
    private async Task SendAsync(IChannel channel, CancellationToken cancel)
    {
        try
        {
            await foreach (var run in _unsent.Reader.ReadAllAsync(cancel)) await channel.BasicPublishAsync("", Queue, mandatory: false, Encoding.ASCII.GetBytes(run), cancel);
        }
        catch (Exception e) when (e is OperationCanceledException || OutgoingRabbit.IsOutage(e, cancel))
        {
            // The hint that was lost with it is not missed.
        }
    }

    private static async Task AcknowledgeAsync(IChannel channel, ulong last)
    {
        try
        {
            await channel.BasicAckAsync(last, multiple: true, CancellationToken.None);
        }
        catch (Exception e) when (OutgoingRabbit.IsOutage(e, default))
        {
            // It comes again, and whoever gets it finds nothing to do.
        }
    }
}
