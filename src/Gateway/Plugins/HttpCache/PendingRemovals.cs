namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// Removals that could not be made because the store was away. They are made as soon as it is back, since what it holds may be wrong; where there were
/// too many to remember, everything is taken out.
/// </summary>
internal sealed class PendingRemovals(Func<IReadOnlyCollection<string>, Task<bool>> remove, Func<ValueTask<int?>> removeAll, TimeProvider time) : IDisposable
{
    private const int MaxRemembered = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private HashSet<string> ids = new(StringComparer.Ordinal);
    private bool tooMany;
    private bool trying;
    private long failures;

    /// <summary>Removals that failed at first.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Remembers to remove what has this id.</summary>
    public void Add(string id)
    {
        Interlocked.Increment(ref failures);
        lock (gate)
        {
            if (ids.Count < MaxRemembered) ids.Add(id);
            else tooMany = true;
            if (trying || stopping.IsCancellationRequested) return;
            trying = true;
        }

        _ = Task.Run(TryAsync);
    }

    public void Dispose() => stopping.Cancel();

    private async Task TryAsync()
    {
        while (true)
        {
            try
            {
                await Task.Delay(Pause, time, stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            HashSet<string> mine;
            bool all;
            lock (gate) (mine, all, ids, tooMany) = (ids, tooMany, new(StringComparer.Ordinal), false);
            var done = all ? await removeAll().ConfigureAwait(false) is not null : await remove(mine).ConfigureAwait(false);
            lock (gate)
            {
                if (!done)
                {
                    mine.UnionWith(ids);
                    ids = mine;
                    tooMany |= all || ids.Count > MaxRemembered;
                }
                else if (ids.Count == 0)
                {
                    trying = false;
                    return;
                }
            }
        }
    }
}
