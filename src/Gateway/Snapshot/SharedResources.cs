using System.Collections.Concurrent;

namespace Sluice.Gateway.Snapshot;

/// <summary>
/// What outlives a snapshot: connection pools, health and circuit states, limiter counters, caches, log writers. Each is kept under what it is
/// about, is shared by all snapshots that ask for it, and is disposed of once the last snapshot that asked has been retired.
/// </summary>
public sealed class SharedResources
{
    private readonly ConcurrentDictionary<(Type Type, object Key), Entry> entries = new();

    /// <summary>
    /// The resource of type <typeparamref name="T"/> about <paramref name="key"/>, made if there is none. The lease holds it until it is disposed of.
    /// </summary>
    /// <param name="key">What it is about; compared by value (a string, an id, a record or a tuple).</param>
    public T Get<T>(object key, SnapshotLease lease, Func<T> make)
        where T : class
    {
        while (true)
        {
            var entry = entries.GetOrAdd((typeof(T), key), static _ => new Entry());
            lock (entry)
            {
                if (entry.Retired) continue;
                if (entry.Value is null)
                    try
                    {
                        entry.Value = make();
                    }
                    catch
                    {
                        entry.Retired = true;
                        entries.TryRemove((typeof(T), key), out _);
                        throw;
                    }

                entry.Holders++;
                lease.Add(() => Release((typeof(T), key), entry));
                return (T)entry.Value;
            }
        }
    }

    /// <summary>All resources in use that are a <typeparamref name="T"/>, for reports.</summary>
    internal IEnumerable<T> OfType<T>()
        where T : class
    {
        foreach (var entry in entries.Values)
            if (entry.Value is T value)
                yield return value;
    }

    private void Release((Type, object) key, Entry entry)
    {
        object? dead = null;
        lock (entry)
        {
            if (--entry.Holders == 0)
            {
                entry.Retired = true;
                dead = entry.Value;
                entries.TryRemove(key, out _);
            }
        }

        if (dead is IAsyncDisposable asyncDisposable) _ = asyncDisposable.DisposeAsync().AsTask();
        else (dead as IDisposable)?.Dispose();
    }

    private sealed class Entry
    {
        public object? Value;
        public int Holders;
        public bool Retired;
    }
}

/// <summary>What one snapshot holds of <see cref="SharedResources"/>; disposing of it lets go of all.</summary>
public sealed class SnapshotLease : IDisposable
{
    private readonly List<Action> releases = [];

    public void Dispose()
    {
        lock (releases)
        {
            List<Exception>? failures = null;
            foreach (var release in releases)
                try
                {
                    release();
                }
                catch (Exception e)
                {
                    // One that cannot be disposed of must not keep the others alive.
                    (failures ??= []).Add(e);
                }

            releases.Clear();
            if (failures is not null) throw new AggregateException(failures);
        }
    }

    internal void Add(Action release)
    {
        lock (releases) releases.Add(release);
    }
}
