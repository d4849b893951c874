namespace Sluice.Foundation.Redis;

/// <summary>
/// A Redis server as its users see it: there, or away. Commands never throw and never wait longer than <see cref="RedisSettings.Timeout"/>; while
/// the server is away they fail at once, and one connection attempt after the other is made in the background until it is back.
/// Safe from any thread, but not for event loops: continuations run on the thread pool.
/// </summary>
public sealed class RedisClient : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private volatile RedisConnection? connection;
    private volatile string away = "not connected yet";
    private bool connecting;
    private bool toldAway;
    private long commands;
    private long failures;

    public RedisClient(RedisSettings settings, TimeProvider time)
    {
        Settings = settings;
        this.time = time;
    }

    public RedisSettings Settings { get; }

    public bool IsUp => connection is not null;

    /// <summary>Why it is away; null while it is there.</summary>
    public string? Problem => connection is null ? away : null;

    /// <summary>Commands sent since the start.</summary>
    public long Commands => Interlocked.Read(ref commands);

    /// <summary>Commands that found no server or got no answer.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>The server went away (with why) or came back (null): once for each change, and for a first attempt that fails.</summary>
    public event Action<string?>? Changed;

    /// <summary>Sends one command and gives its answer.</summary>
    public ValueTask<RedisReply> ExecuteAsync(params ReadOnlySpan<RedisArgument> command)
    {
        Interlocked.Increment(ref commands);
        if (connection is { } open) return new(CountAsync(open.SendAsync(command)));
        if (firstAttempt.Task.IsCompleted) return new(Unavailable(away));
        return LaterAsync(command.ToArray());
    }

    /// <summary>Runs a script as one step. The first time the server gets its text, afterwards only its hash.</summary>
    public async ValueTask<RedisReply> EvaluateAsync(RedisScript script, IReadOnlyList<RedisArgument> keys, IReadOnlyList<RedisArgument> arguments)
    {
        RedisArgument[] command = ["EVALSHA", script.Hash, keys.Count, .. keys, .. arguments];
        var reply = await ExecuteAsync(command).ConfigureAwait(false);
        if (reply.Kind != RedisReplyKind.Refused || !reply.Error!.StartsWith("NOSCRIPT", StringComparison.Ordinal)) return reply;
        (command[0], command[1]) = ("EVAL", script.Text);
        return await ExecuteAsync(command).ConfigureAwait(false);
    }

    /// <summary>Connects now instead of with the first command.</summary>
    public void Start()
    {
        lock (gate)
        {
            if (connecting || connection is not null || stopping.IsCancellationRequested) return;
            connecting = true;
        }

        _ = Task.Run(ConnectAsync);
    }

    public void Dispose()
    {
        stopping.Cancel();
        lock (gate)
        {
            connection?.Dispose();
            connection = null;
            away = "closed";
        }

        firstAttempt.TrySetResult();
    }

    private async ValueTask<RedisReply> LaterAsync(RedisArgument[] command)
    {
        Start();
        await firstAttempt.Task.ConfigureAwait(false);
        return connection is { } open ? await CountAsync(open.SendAsync(command)).ConfigureAwait(false) : Unavailable(away);
    }

    private async Task<RedisReply> CountAsync(Task<RedisReply> pending)
    {
        var reply = await pending.ConfigureAwait(false);
        if (reply.IsUnavailable) Interlocked.Increment(ref failures);
        return reply;
    }

    private RedisReply Unavailable(string why)
    {
        Interlocked.Increment(ref failures);
        return RedisReply.Unavailable(why);
    }

    private async Task ConnectAsync()
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Accept(await RedisConnection.OpenAsync(Settings, time, stopping.Token).ConfigureAwait(false));
                return;
            }
            catch (IOException e)
            {
                away = e.Message;
                TellAway(e.Message);
                firstAttempt.TrySetResult();
            }

            try
            {
                // Many gateways that lose a server at once must not all come back at once.
                await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Accept(RedisConnection opened)
    {
        lock (gate)
        {
            if (stopping.IsCancellationRequested)
            {
                opened.Dispose();
                return;
            }

            connecting = false;
            connection = opened;
        }

        if (toldAway) Changed?.Invoke(null);
        toldAway = false;
        firstAttempt.TrySetResult();
        opened.Broken += why => Lose(opened, why);

        // It may have broken before anybody listened.
        if (opened.Problem is { } already) Lose(opened, already);
    }

    private void Lose(RedisConnection lost, string why)
    {
        lock (gate)
        {
            if (connection != lost || stopping.IsCancellationRequested) return;
            away = why;
            connection = null;
        }

        TellAway(why);
        Start();
    }

    private void TellAway(string why)
    {
        if (toldAway) return;
        toldAway = true;
        Changed?.Invoke(why);
    }
}
