using System.Collections.Concurrent;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>Messages that stay in their queue until a later node of the run that they began says that they are dealt with.</summary>
internal sealed class HeldMessages
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _byRun = new(StringComparer.Ordinal);

    /// <summary>Holds the message of a run.</summary>
    /// <returns>Ends when the message is dealt with.</returns>
    public Task Hold(string run) => _byRun.GetOrAdd(run, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that the message of a run is dealt with.</summary>
    /// <returns>False when the run began with none that is held here.</returns>
    public bool Settle(string run)
    {
        if (!_byRun.TryGetValue(run, out var held)) return false;
        held.TrySetResult();
        return true;
    }

    public void Forget(string run) => _byRun.TryRemove(run, out _);
}
