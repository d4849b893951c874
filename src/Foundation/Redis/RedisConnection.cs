using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;

namespace Sluice.Foundation.Redis;

/// <summary>
/// One connection that many callers use at once: commands are written as they come, answers arrive in the same order. It never recovers: once
/// something is wrong with it, everything that waits is told so.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private const int MaxWaiting = 100_000;

    /// <summary>Bytes that wait to be sent to a server that takes them slowly; a command may go beyond it.</summary>
    private const int MaxOutgoing = 64 * 1024 * 1024;

    /// <summary>Bytes of a buffer that is used again.</summary>
    private const int MaxKept = 1024 * 1024;

    private static readonly StreamPipeReaderOptions Reading = new(bufferSize: 32 * 1024);


    private readonly Lock gate = new();
    private readonly Queue<Waiting> waiting = new();
    private readonly Stream stream;
    private readonly TimeSpan patience;
    private readonly TimeProvider time;
    private readonly ITimer watchdog;
    private ArrayBufferWriter<byte> outgoing = new();
    private ArrayBufferWriter<byte> sending = new();
    private bool flushing;
    private string? broken;

    private RedisConnection(Stream stream, TimeSpan patience, TimeProvider time)
    {
        this.stream = stream;
        this.patience = patience;
        this.time = time;
        var interval = TimeSpan.FromMilliseconds(Math.Clamp(patience.TotalMilliseconds / 4, 5, 250));
        watchdog = time.CreateTimer(static self => ((RedisConnection)self!).BreakIfLate(), this, interval, interval);
        _ = Task.Run(ReceiveAsync);
    }

    /// <summary>Called once, with what is wrong.</summary>
    public event Action<string>? Broken;

    /// <summary>What is wrong with it; null while nothing is.</summary>
    public string? Problem
    {
        get { lock (gate) return broken; }
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="IOException">It did not work; the message says why, without secrets.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisSettings settings, TimeProvider time, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timer = time.CreateTimer(static l => ((CancellationTokenSource)l!).Cancel(), limit, settings.Timeout, Timeout.InfiniteTimeSpan);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        RedisConnection? connection = null;
        try
        {
            await socket.ConnectAsync(settings.Host, settings.Port, limit.Token).ConfigureAwait(false);
            Stream opened = new NetworkStream(socket, ownsSocket: true);
            if (settings.Tls) opened = await SecureAsync(opened, settings, limit.Token).ConfigureAwait(false);
            connection = new RedisConnection(opened, settings.Timeout, time);
            await connection.LogInAsync(settings).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            connection?.Dispose();
            socket.Dispose();
            throw new IOException(e is OperationCanceledException ? "no connection in time" : e.Message, e);
        }
    }

    /// <summary>Sends a command; the task never fails.</summary>
    public Task<RedisReply> SendAsync(ReadOnlySpan<RedisArgument> command)
    {
        Waiting entry;
        lock (gate)
        {
            if (broken is not null) return Task.FromResult(RedisReply.Unavailable(broken));
            if (waiting.Count >= MaxWaiting) return Task.FromResult(RedisReply.Unavailable("too many commands wait for an answer"));
            if (outgoing.WrittenCount >= MaxOutgoing) return Task.FromResult(RedisReply.Unavailable("too many bytes wait to be sent"));
            RespWriter.Write(outgoing, command);
            entry = new Waiting(time.GetTimestamp());
            waiting.Enqueue(entry);
            if (flushing) return entry.Task;
            flushing = true;
        }

        _ = FlushAsync();
        return entry.Task;
    }

    public void Dispose() => Break("the connection was closed");

    [SuppressMessage("Security", "CA5359:Do Not Disable Certificate Validation", Justification = "ssl_verify decides, off by default as in Kong")]
    private static async Task<Stream> SecureAsync(Stream inner, RedisSettings settings, CancellationToken stop)
    {
        var tls = new SslStream(inner, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = settings.ServerName ?? settings.Host,
                RemoteCertificateValidationCallback = settings.VerifyCertificate ? null : static (_, _, _, _) => true,
            },
            stop).ConfigureAwait(false);
        return tls;
    }

    private async Task LogInAsync(RedisSettings settings)
    {
        if (settings.Password is { } password)
            Demand("the login", settings.Username is { } user ? await SendAsync(["AUTH", user, password]).ConfigureAwait(false) : await SendAsync(["AUTH", password]).ConfigureAwait(false));
        if (settings.Database != 0) Demand("the database", await SendAsync(["SELECT", settings.Database]).ConfigureAwait(false));
        Demand("PING", await SendAsync(["PING"]).ConfigureAwait(false));

        static void Demand(string what, RedisReply reply)
        {
            if (reply.IsError) throw new IOException($"{what}: {reply.Error}");
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                lock (gate)
                {
                    if (outgoing.WrittenCount == 0)
                    {
                        flushing = false;
                        return;
                    }

                    (outgoing, sending) = (sending, outgoing);
                }

                await stream.WriteAsync(sending.WrittenMemory).ConfigureAwait(false);
                if (sending.Capacity > MaxKept) sending = new ArrayBufferWriter<byte>();
                else sending.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Break(e.Message);
        }
    }

    private async Task ReceiveAsync()
    {
        var reader = PipeReader.Create(stream, Reading);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync().ConfigureAwait(false);
                var rest = read.Buffer;
                while (RespReader.TryRead(ref rest, out var reply)) Complete(reply);
                reader.AdvanceTo(rest.Start, rest.End);
                if (!read.IsCompleted) continue;
                Break("the server closed the connection");
                return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or InvalidDataException)
        {
            Break(e.Message);
        }
    }

    private void Complete(RedisReply reply)
    {
        Waiting? entry;
        lock (gate)
            if (!waiting.TryDequeue(out entry)) throw new InvalidDataException("an answer that nobody asked for");
        entry.TrySetResult(reply);
    }

    /// <summary>Answers come in order: if the oldest is late, so are all.</summary>
    private void BreakIfLate()
    {
        lock (gate)
            if (!waiting.TryPeek(out var oldest) || time.GetElapsedTime(oldest.Since) < patience) return;
        Break($"no answer in {patience.TotalMilliseconds:0} ms");
    }

    private void Break(string why)
    {
        Waiting[] left;
        lock (gate)
        {
            if (broken is not null) return;
            broken = why;
            left = [.. waiting];
            waiting.Clear();
        }

        watchdog.Dispose();
        stream.Dispose();
        foreach (var entry in left) entry.TrySetResult(RedisReply.Unavailable(why));
        Broken?.Invoke(why);
    }

    /// <summary>Whoever waits goes on elsewhere, so that the reading goes on.</summary>
    private sealed class Waiting(long since) : TaskCompletionSource<RedisReply>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Since { get; } = since;
    }
}
