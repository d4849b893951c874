using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Sandbox;

/// <summary>
/// The processes that run people's code. There is none before somebody needs one; one that breaks a limit is killed and another takes its place, so that
/// code fails its own node and nothing else.
/// </summary>
public sealed class CodeWorkers : IAsyncDisposable
{
    /// <summary>Seconds of processor time after which a worker is replaced while it is idle, long before the kernel would end it.</summary>
    private const double RetireAfter = CodeWorker.CpuSeconds / 4.0;

    private readonly CodeWorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turns;
    private readonly Lock _gate = new();
    private readonly Stack<(WorkerProcess Worker, long Since)> _idle = new();
    private ITimer? _sweep;
    private bool _disposed;

    public CodeWorkers(CodeWorkerOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new CodeWorkerOptions();
        _time = time ?? TimeProvider.System;
        _turns = new SemaphoreSlim(_options.Workers);
    }

    /// <summary>The processes that wait for work.</summary>
    public IReadOnlyList<int> Idle
    {
        get
        {
            lock (_gate) return [.. _idle.Select(i => i.Worker.Id)];
        }
    }

    /// <summary>Starts a worker when there is none, so that the first code need not wait for it.</summary>
    public void Warm()
    {
        lock (_gate)
        {
            if (_disposed || _idle.Count > 0 || _turns.CurrentCount < _options.Workers) return;
        }

        _ = Task.Run(StartIdleAsync);
    }

    /// <summary>Runs code.</summary>
    /// <returns>What the worker says of it.</returns>
    /// <exception cref="NodeException">There is no worker to be had, or this one did not survive the code.</exception>
    internal async ValueTask<JsObject> RunAsync(CodeCall call, CancellationToken cancel)
    {
        await _turns.WaitAsync(cancel);
        WorkerProcess? worker = null;
        var killed = true;
        try
        {
            worker = TakeIdle() ?? await WorkerProcess.StartAsync(_options, _time, cancel);
            var done = await worker.RunAsync(call, _options.TimeLimit, _time, cancel);
            killed = done["exhausted"].IsTrue || worker.HasExited || done["cpu"].AsNumber > RetireAfter;
            return done;
        }
        finally
        {
            if (worker is not null)
            {
                if (killed) await worker.DisposeAsync();
                else await PutBackAsync(worker);
            }

            _turns.Release();

            // The next one shall find a warm worker again.
            if (killed) Warm();
        }
    }

    private WorkerProcess? TakeIdle()
    {
        lock (_gate)
        {
            while (_idle.TryPop(out var idle))
                if (!idle.Worker.HasExited) return idle.Worker;
            return null;
        }
    }

    private async ValueTask PutBackAsync(WorkerProcess worker)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _idle.Push((worker, _time.GetTimestamp()));
                _sweep ??= _time.CreateTimer(static workers => ((CodeWorkers)workers!).Sweep(), this, _options.IdleTime, _options.IdleTime);
                return;
            }
        }

        await worker.DisposeAsync();
    }

    private async Task StartIdleAsync()
    {
        try
        {
            await PutBackAsync(await WorkerProcess.StartAsync(_options, _time, CancellationToken.None));
        }
        catch (NodeException)
        {
            // Whoever runs code next is told.
        }
    }

    /// <summary>Ends the workers that nobody has needed for a while, but the last one: that one is why the next code is fast.</summary>
    private void Sweep()
    {
        List<WorkerProcess> old = [];
        lock (_gate)
        {
            var kept = _idle.Reverse().ToList();
            while (kept.Count > 1 && _time.GetElapsedTime(kept[0].Since) >= _options.IdleTime)
            {
                old.Add(kept[0].Worker);
                kept.RemoveAt(0);
            }

            _idle.Clear();
            foreach (var idle in kept) _idle.Push(idle);
        }

        foreach (var worker in old) worker.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        List<WorkerProcess> all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _idle.Select(i => i.Worker)];
            _idle.Clear();
        }

        if (_sweep is not null) await _sweep.DisposeAsync();
        foreach (var worker in all) await worker.DisposeAsync();
    }
}
