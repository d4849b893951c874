using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Mirror;

/// <summary>How much mirroring may take.</summary>
internal sealed record MirrorLimits(int InFlight, int Queued, long Bodies, TimeSpan Timeout);

/// <summary>Sends copies of requests, so many at a time, and lets so many wait. What is more than that is dropped: nobody is slowed down by copies.</summary>
internal sealed class MirrorQueue(string middleware, MirrorLimits limits, TimeProvider time, ILogger log) : IMetricsSource
{
    private readonly Lock gate = new();
    private readonly Queue<Entry> waiting = new();
    private int reserved;
    private int running;
    private long bodies;
    private long answered;
    private long failed;
    private long dropped;
    private long tooLarge;

    /// <summary>Copies under way.</summary>
    public int Running
    {
        get
        {
            lock (gate) return running;
        }
    }

    /// <summary>Copies that were dropped because too many were under way.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Notes a request that was not copied because of its body.</summary>
    public void NoteTooLarge() => Interlocked.Increment(ref tooLarge);

    /// <summary>Copies a request that is over and sends the copy, now or soon, if there is room.</summary>
    /// <param name="of">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="prepare">Changes the copy before it is sent.</param>
    public void Add(Exchange of, byte[] body, Action<Exchange> prepare)
    {
        // The place is taken before the copy is made: what is dropped costs nothing.
        lock (gate)
        {
            if (bodies + body.Length > limits.Bodies || (running >= limits.InFlight && waiting.Count + reserved >= limits.Queued))
            {
                dropped++;
                return;
            }

            bodies += body.Length;
            reserved++;
        }

        var copy = BackgroundExchange.Copy(of);
        if (body.Length > 0) copy.ReplaceRequestBody(body);
        var entry = new Entry(copy, body.Length);
        prepare(copy);
        lock (gate)
        {
            reserved--;
            if (running >= limits.InFlight)
            {
                waiting.Enqueue(entry);
                return;
            }

            running++;
        }

        Start(entry);
    }

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        long active, queued;
        lock (gate) (active, queued) = (running, waiting.Count);
        text.Family("gateway_mirrored_requests_total", "counter", "Requests that mirror copied, by what came of the copy, or why there was none.")
            .Part("gateway_mirrored_requests_total", Interlocked.Read(ref answered), ("middleware", middleware), ("result", "answered"))
            .Part("gateway_mirrored_requests_total", Interlocked.Read(ref failed), ("middleware", middleware), ("result", "failed"))
            .Part("gateway_mirrored_requests_total", Interlocked.Read(ref dropped), ("middleware", middleware), ("result", "dropped"))
            .Part("gateway_mirrored_requests_total", Interlocked.Read(ref tooLarge), ("middleware", middleware), ("result", "too_large"));
        text.Family("gateway_mirror_copies", "gauge", "Copies of requests, active under way or queued.")
            .Part("gateway_mirror_copies", active, ("middleware", middleware), ("state", "active"))
            .Part("gateway_mirror_copies", queued, ("middleware", middleware), ("state", "queued"));
    }

    private void Start(Entry entry)
    {
        // Ends the copy as a client that goes away would.
        entry.Limit = new CancellationTokenSource(limits.Timeout, time);
        entry.Copy.Http.RequestAborted = entry.Limit.Token;
        BackgroundExchange.Start(entry.Copy, _ => End(entry), log);
    }

    private void End(Entry entry)
    {
        var hasAnswer = entry.Copy.Timings.UpstreamAnswered != 0 && !entry.Limit!.IsCancellationRequested;
        entry.Limit!.Dispose();
        Entry? next;
        lock (gate)
        {
            if (hasAnswer) answered++;
            else failed++;
            bodies -= entry.Body;
            if (!waiting.TryDequeue(out next)) running--;
        }

        if (next is not null) Start(next);
    }

    private sealed class Entry(Exchange copy, int body)
    {
        public Exchange Copy => copy;

        public int Body => body;

        public CancellationTokenSource? Limit { get; set; }
    }
}
