using System.Data.Common;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Schedules;

namespace Sluice.Workflows.History;

/// <summary>
/// Stores the histories of all runs from one place: whatever has come together while one commit was under way is stored by the next, so that thousands of runs
/// share a few commits. What nobody waits for is stored within <see cref="Linger"/>.
/// </summary>
internal sealed class HistoryWriter : IAsyncDisposable
{
    /// <summary>How long an event may lie in memory when no run waits for it to be stored.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    /// <summary>How many runs one commit takes at most.</summary>
    private const int Most = 4096;

    private readonly Database _database;
    private readonly RunOwnership _ownership;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <summary>Runs that were refused since the last commit that came through.</summary>
    private readonly List<string> _refused = [];
    private List<RunLog> _listed = [];
    private bool _signalled;
    private bool _urgent;
    private int _objectsAway;

    public HistoryWriter(Database database, RunOwnership ownership, ObjectStore? objects, int threshold, TimeProvider time)
    {
        _database = database;
        _ownership = ownership;
        Objects = objects;
        Threshold = threshold;
        _time = time;
        _loop = Task.Run(LoopAsync);
    }

    public ObjectStore? Objects { get; }

    /// <summary>Bytes from which an event goes to the object store.</summary>
    public int Threshold { get; }

    /// <summary>Why the last commit failed; null when it did not. New runs are refused meanwhile.</summary>
    public DatabaseException? Failure { get; private set; }

    /// <summary>Says that nothing can be stored yet, and why; null when it can.</summary>
    public void Refuse(DatabaseException? failure) => Failure = failure;

    /// <summary>Told when nothing more can be stored because the runs are others' now.</summary>
    public event Action<RunsTakenException>? Taken;

    /// <summary>Told when the object store stops answering, and why; null when it answers again.</summary>
    public event Action<string?>? ObjectsChanged;

    /// <summary>How many commits there were.</summary>
    public long Commits { get; private set; }

    public static string Folder(string runId) => $"runs/{runId}";

    public void Add(RunLog log, bool urgent)
    {
        lock (_lock)
        {
            _listed.Add(log);
            _urgent |= urgent;
            if (_signalled && !urgent) return;
            _signalled = true;
        }

        _signal.Release();
    }

    /// <summary>
    /// Puts an object into its store. Runs under way hold on until the store answers; a run of which nothing is stored yet is refused instead, since its caller
    /// waits, and takes along what it left.
    /// </summary>
    /// <returns>Why it is not there; null when it is.</returns>
    public async Task<Exception?> KeepAsync(string key, ReadOnlyMemory<byte> content, bool isNew)
    {
        for (var delay = TimeSpan.FromMilliseconds(200); ; delay = TimeSpan.FromMilliseconds(Math.Min(10_000, delay.TotalMilliseconds * 2)))
        {
            try
            {
                await Objects!.WriteAsync(key, content, CancellationToken.None);
                if (Interlocked.Exchange(ref _objectsAway, 0) == 1) ObjectsChanged?.Invoke(null);
                return null;
            }
            catch (Exception e) when (e is DatabaseException or IOException or UnauthorizedAccessException)
            {
                if (Interlocked.Exchange(ref _objectsAway, 1) == 0) ObjectsChanged?.Invoke(e.Message);
                if (isNew || _stop.IsCancellationRequested) return e;
            }
#pragma warning disable CA1031 // Whatever went wrong, the part that refers to it must not be stored.
            catch (Exception e)
            {
                return e;
            }
#pragma warning restore CA1031
            try
            {
                await Task.Delay(delay, _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Once more, and then the next process goes on with the run.
            }
        }
    }

    /// <summary>Removes what a run left in the object store that is stored nowhere else, as far as that store answers.</summary>
    public async Task ForgetAsync(string runId)
    {
        try
        {
            await Objects!.DeleteAsync(Folder(runId) + "/", _stop.Token);
        }
        catch (Exception e) when (e is DatabaseException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // Nothing refers to it, and nobody is shown it.
        }
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            try
            {
                await _signal.WaitAsync(_stop.Token);
                while (_signal.Wait(0))
                {
                    // One turn of the loop serves all signals.
                }

                bool urgent;
                lock (_lock) urgent = _urgent;
                // Whoever waits ends the pause.
                if (!urgent) await _signal.WaitAsync(Linger, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                await StoreAsync(Take());
                return;
            }

            await StoreAsync(Take());
        }
    }

    private List<LogPart> Take()
    {
        List<RunLog> logs;
        lock (_lock)
        {
            logs = _listed;
            _listed = [];
            _signalled = false;
            _urgent = false;
            if (logs.Count > Most)
            {
                _listed.AddRange(logs.Skip(Most));
                logs = logs[..Most];
                _urgent = _signalled = true;
                _signal.Release();
            }
        }

        var parts = new List<LogPart>(logs.Count);
        foreach (var log in logs.Distinct())
        {
            if (log.Take() is not { } part) continue;
            if (part.Broken is { } broken) part.Stored.TrySetException(broken as DatabaseUnavailableException ?? new DatabaseUnavailableException($"the object store does not answer: {broken.Message}", broken));
            else parts.Add(part);
        }

        return parts;
    }

    private async Task StoreAsync(List<LogPart> parts)
    {
        if (parts.Count == 0) return;
        var delay = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            try
            {
                var late = await _database.WriteAsync((connection, transaction) => WriteAsync(connection, transaction, parts));
                Failure = null;
                Commits++;
                _refused.Clear();
                foreach (var part in parts)
                {
                    if (late.Contains(part)) part.Stored.TrySetException(new TimeTakenException());
                    else part.Stored.TrySetResult();
                }

                return;
            }
            catch (RunsTakenException e)
            {
                foreach (var part in parts) part.Stored.TrySetException(e);
                Taken?.Invoke(e);
                return;
            }
            catch (DuplicateKeyException) when (parts.Count > 1)
            {
                // One of them stands there already; the others must not wait for it.
                foreach (var part in parts) await StoreAsync([part]);
                return;
            }
            catch (DuplicateKeyException e)
            {
                if (await IsStoredAsync(parts[0]) is { } stored)
                {
                    if (stored) parts[0].Stored.TrySetResult();
                    // Somebody else has stored this piece of the run's history: whoever wrote it goes on with the run, and this one does not.
                    else parts[0].Stored.TrySetException(e);
                    return;
                }

                await Task.Delay(delay, _time, CancellationToken.None);
            }
            catch (DatabaseException e)
            {
                // Runs under way hold on until the database answers again; only the end of the process makes them give up.
                Failure = e;
                if (_stop.IsCancellationRequested)
                {
                    foreach (var part in parts) part.Stored.TrySetException(e);
                    return;
                }

                RefuseNew(parts, e);
                await Task.Delay(delay, _time, CancellationToken.None);
                delay = TimeSpan.FromMilliseconds(Math.Min(5000, delay.TotalMilliseconds * 2));
            }
#pragma warning disable CA1031 // A mistake in our own SQL must reach those who wait, and not end the loop.
            catch (Exception e)
            {
                foreach (var part in parts) part.Stored.TrySetException(e);
                return;
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>Calls that began a run of which nothing is stored are refused, since their callers wait: the run has not happened.</summary>
    private void RefuseNew(List<LogPart> parts, DatabaseException why)
    {
        parts.RemoveAll(part =>
        {
            if (part.Number > 0 || part.Log.Run.Request.Method is null) return false;
            part.Log.Drop(why);
            part.Stored.TrySetException(why);
            _refused.Add(part.Log.Id);
            return true;
        });
    }

    /// <summary>Whether it was stored by the commit that was tried before: its answer did not come, the connection having been lost. Null when the database is away again.</summary>
    private async Task<bool?> IsStoredAsync(LogPart part)
    {
        try
        {
            var stored = await _database.ReadAsync(c => c.ExecuteScalarAsync<byte[]?>("SELECT lines FROM workflow_run_lines WHERE run_id = @id AND number = @number", new { id = part.Log.Id, number = part.Number }));
            return part.Lines.AsSpan().SequenceEqual(stored);
        }
        catch (DatabaseException) when (!_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (DatabaseException)
        {
            return false;
        }
    }

    /// <returns>Those that are not stored, because others have begun the runs of their times.</returns>
    private async Task<IReadOnlySet<LogPart>> WriteAsync(DbConnection connection, DbTransaction transaction, List<LogPart> parts)
    {
        var owner = await _ownership.HoldAsync(connection, transaction);
        var (late, stored) = await TakeTimesAsync(connection, transaction, parts);
        if (late.Count + stored.Count > 0) parts = [.. parts.Where(p => !late.Contains(p) && !stored.Contains(p))];
        await using var statements = Statements.Create(connection, transaction);
        foreach (var id in _refused)
        {
            // The commit may have come through all the same.
            await statements.RunAsync("DELETE FROM workflow_run_lines WHERE run_id = @id", ("id", id));
            await statements.RunAsync("DELETE FROM workflow_runs WHERE id = @id", ("id", id));
        }

        foreach (var model in parts.Where(p => p.Standing is not null).Select(p => p.Log.Run.Model).Distinct())
        {
            await statements.RunAsync(HistorySql.AddDocument, ("version", model.Definition.Version), ("name", model.Name), ("document", model.DocumentText), ("at", _time.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        foreach (var part in parts)
        {
            var run = part.Log.Run;
            if (part.Standing is { } standing)
            {
                var ended = standing.Phase is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled;
                await statements.RunAsync(HistorySql.PutRun,
                    ("id", run.Id), ("workflow", run.Model.Name), ("version", run.Model.Definition.Version), ("mode", HistorySql.NameOf(run.Request.Mode)), ("tenant", run.Request.Tenant),
                    ("parent", run.Request.Parent?.Id ?? run.StoredParent), ("phase", HistorySql.NameOf(standing.Phase)), ("started_at", run.StartedAt.ToUnixTimeMilliseconds()),
                    ("ended_at", ended ? _time.GetUtcNow().ToUnixTimeMilliseconds() : null), ("wait_until", standing.WaitUntil?.ToUnixTimeMilliseconds()), ("last_node", standing.LastNode), ("error", standing.Error), ("bytes", part.Lines.Length), ("owner", standing.Phase == RunPhase.Queued ? "" : owner));
            }

            await statements.RunAsync(HistorySql.AddLines, ("run_id", run.Id), ("number", part.Number), ("lines", part.Lines));
        }

        await statements.FinishAsync();
        return late;
    }

    /// <summary>Takes the times of schedules that runs are for.</summary>
    /// <returns>The runs that are too late, and those that are stored already, by a commit of which it was not known whether it had succeeded.</returns>
    private static async Task<(HashSet<LogPart> Late, HashSet<LogPart> Stored)> TakeTimesAsync(DbConnection connection, DbTransaction transaction, List<LogPart> parts)
    {
        HashSet<LogPart> late = [], stored = [];
        // In one order, so that two processes do not wait for each other.
        var scheduled = parts.Where(p => p.Number == 0 && p.Log.Run.Request.Due is not null).Select(p => (Part: p, Time: p.Log.Run.Request.Due!))
            .OrderBy(s => s.Time.Workflow, StringComparer.Ordinal).ThenBy(s => s.Time.Node, StringComparer.Ordinal).ThenBy(s => s.Time.Due);
        foreach (var (part, time) in scheduled)
        {
            if (await ScheduleStore.TakeAsync(connection, transaction, time)) continue;
            var isStored = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM workflow_runs WHERE id = @Id", new { part.Log.Run.Id }, transaction) > 0;
            (isStored ? stored : late).Add(part);
        }

        return (late, stored);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _signal.Dispose();
    }
}
