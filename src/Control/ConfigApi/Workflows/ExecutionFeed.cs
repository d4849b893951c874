using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>One thing that happened in a run, without the data that it was about.</summary>
internal sealed record ExecutionEvent
{
    /// <summary>Its number on this node, for <c>Last-Event-ID</c>.</summary>
    [JsonIgnore]
    public long Number { get; init; }

    public required string Event { get; init; }

    public required string Execution { get; init; }

    public required string Workflow { get; init; }

    [JsonIgnore]
    public string Tenant { get; init; } = "";

    public required DateTimeOffset At { get; init; }

    public string? Node { get; init; }

    public int? Index { get; init; }

    public int? Attempt { get; init; }

    public double? TookMs { get; init; }

    /// <summary>Items of each output.</summary>
    public IReadOnlyList<int>? Items { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset? Until { get; init; }
}

/// <summary>
/// The last events of this node's runs, and the beginnings and ends of those of other nodes, for whoever watches. Each watcher reads at its own speed; who falls behind by more than the feed keeps is told how many events
/// it missed. Nothing is noted while nobody has watched for a while.
/// </summary>
internal sealed class ExecutionFeed(TimeProvider time)
{
    /// <summary>How many events are kept.</summary>
    public const int Kept = 4096;

    /// <summary>How long events are still noted when nobody watches any more: for who comes back with a Last-Event-ID.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly ExecutionEvent?[] _ring = new ExecutionEvent?[Kept];
    private TaskCompletionSource? _more;
    private long _next = 1;
    private int _watchers;
    private long _watchedAt;
    private volatile bool _notes;

    /// <summary>Tells the numbers of this feed from those of other nodes, and of this one before it was started again.</summary>
    public string Epoch { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    /// <summary>The number of the next event.</summary>
    public long Next
    {
        get { lock (_lock) return _next; }
    }

    /// <summary>Watches until the returned object is disposed of.</summary>
    public IDisposable Watch()
    {
        lock (_lock)
        {
            _watchers++;
            _notes = true;
        }

        return new Watcher(this);
    }

    public void Add(Run run, RunEvent happened)
    {
        if (_notes) Add(number => Describe(number, run, happened));
    }

    /// <summary>A run of another node has begun or ended.</summary>
    public void Add(RunSummary run, bool ended) => Add(number => new ExecutionEvent
    {
        Number = number,
        Event = ended ? "execution-" + RunView.NameOf(run.Phase) : "execution-started",
        Execution = run.Id,
        Workflow = run.Workflow,
        Tenant = run.Tenant,
        At = ended ? run.EndedAt!.Value : run.StartedAt,
        Error = ended ? run.Error : null,
    });

    private void Add(Func<long, ExecutionEvent> describe)
    {
        if (!_notes) return;
        TaskCompletionSource? more;
        lock (_lock)
        {
            if (_watchers == 0 && time.GetElapsedTime(_watchedAt) > Memory)
            {
                _notes = false;
                Array.Clear(_ring);
                return;
            }

            _ring[_next % Kept] = describe(_next);
            _next++;
            (more, _more) = (_more, null);
        }

        more?.TrySetResult();
    }

    /// <summary>The events from a number on, how many of them are gone already, and a task that ends when there are more.</summary>
    public (IReadOnlyList<ExecutionEvent> Events, long Missed, Task More) From(long number)
    {
        lock (_lock)
        {
            var first = Math.Max(number, Math.Max(1, _next - Kept));
            var events = new List<ExecutionEvent>();
            for (var i = first; i < _next; i++)
                if (_ring[i % Kept] is { } kept && kept.Number == i) events.Add(kept);
            return (events, Math.Max(0, first - number), (_more ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
        }
    }

    private static ExecutionEvent Describe(long number, Run run, RunEvent happened)
    {
        var described = new ExecutionEvent { Number = number, Event = NameOf(happened), Execution = run.Id, Workflow = run.Model.Name, Tenant = run.Request.Tenant, At = happened.At };
        return happened switch
        {
            RunStarted e => described with { Node = Name(e.Trigger), Items = [e.Items.Count] },
            NodeStarted e => described with { Node = Name(e.Node), Index = e.Index, Attempt = e.Attempt },
            NodeFinished e => described with { Node = Name(e.Node), Index = e.Index, TookMs = e.Took.TotalMilliseconds, Items = [.. e.Outputs.Select(o => o.Count)] },
            NodeFailed e => described with { Node = Name(e.Node), Index = e.Index, Attempt = e.Attempt, TookMs = e.Took.TotalMilliseconds, Error = e.Error.Message },
            NodeWaiting e => described with { Node = Name(e.Node), Index = e.Index, Until = e.Until },
            NodeResumed e => described with { Node = Name(e.Node), Index = e.Index },
            DecisionNeeded e => described with { Node = Name(e.Node), Index = e.Index },
            Decided e => described with { Node = Name(e.Node), Index = e.Index },
            RunFailed e => described with { Error = e.Error.Message },
            RunCancelled e => described with { Error = e.Reason },
            _ => described,
        };

        string Name(int node) => run.Model.Nodes[node].Name;
    }

    private static string NameOf(RunEvent happened) => happened switch
    {
        RunStarted => "execution-started",
        NodeStarted => "node-started",
        NodeFinished => "node-finished",
        NodeFailed => "node-failed",
        NodeWaiting => "execution-waiting",
        NodeResumed => "execution-resumed",
        DecisionNeeded => "decision-needed",
        Decided => "decided",
        RunFinished => "execution-succeeded",
        RunFailed => "execution-failed",
        _ => "execution-cancelled",
    };

    private void Leave()
    {
        lock (_lock)
        {
            _watchers--;
            _watchedAt = time.GetTimestamp();
        }
    }

    private sealed class Watcher(ExecutionFeed feed) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) feed.Leave();
        }
    }
}
