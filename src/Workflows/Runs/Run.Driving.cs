using System.Runtime.ExceptionServices;

namespace Sluice.Workflows.Runs;

/// <content>How a run goes from one node to the next, to its end.</content>
public sealed partial class Run
{
    // Under the lock of the effects, for runs whose branches run side by side: how many nodes are under way, and who waits for one of them to end.
    private int _underWay;
    private TaskCompletionSource? _progress;
    private ExceptionDispatchInfo? _broken;

    private async ValueTask DriveAsync()
    {
        using var timeout = StartTimeout();
        using var abandoned = Request.Cancellation.CanBeCanceled ? Request.Cancellation.UnsafeRegister(static run => ((Run)run!).Cancel("the caller went away or its time is up"), this) : default;
        Span ??= RunTrace.Begin(this, _trace, _retriedTrace);
        _trace ??= Span?.Id;
        try
        {
            if (Model.Settings.Parallel) await DriveSideBySideAsync();
            else await DriveInTurnAsync();
        }
        finally
        {
            RunTrace.End(this);
            Span = null;
        }
    }

    private async ValueTask DriveInTurnAsync()
    {
        while (_effects.TryDequeue(out var effect))
        {
            if (effect.Kind is EffectKind.Retry && !await DelayAsync(effect.Delay)) continue;
            if (effect.Kind is EffectKind.Run or EffectKind.Retry) await ExecuteAsync(effect.NodeRun!);
            else await EndAsync(effect.Kind);
        }
    }

    private async Task DriveSideBySideAsync()
    {
        while (await NextAsync() is { } effect)
        {
            if (effect.Kind is EffectKind.Run or EffectKind.Retry)
            {
                var beside = effect.Kind == EffectKind.Retry ? RetryAsync(effect) : ExecuteAsync(effect.NodeRun!);
                if (beside.IsCompletedSuccessfully) beside.GetAwaiter().GetResult();
                else BeginBeside(beside);
                continue;
            }

            // Whatever else is under way ends before the run does.
            if (effect.Kind == EffectKind.Fail) await _cancel.CancelAsync();
            while (IsOneUnderWay(out var end)) await end;
            await EndAsync(effect.Kind);
            return;
        }
    }

    /// <summary>What is to be done next; null when that is nothing, and nothing is under way that could bring it.</summary>
    private async ValueTask<Effect?> NextAsync()
    {
        while (true)
        {
            Task end;
            lock (_effects)
            {
                if (_effects.TryDequeue(out var effect)) return effect;
                if (!IsOneUnderWay(out end)) return null;
            }

            await end;
        }
    }

    /// <summary>Whether a node is under way; <paramref name="end"/> completes when one ends.</summary>
    private bool IsOneUnderWay(out Task end)
    {
        lock (_effects)
        {
            _broken?.Throw();
            end = _underWay == 0 ? Task.CompletedTask : (_progress = new()).Task;
            return _underWay > 0;
        }
    }

    private void BeginBeside(ValueTask beside)
    {
        lock (_effects) _underWay++;
        _ = EndBesideAsync(beside);
    }

    /// <summary>The run goes on, on the thread on which the node ended, where it waited for that.</summary>
    private async Task EndBesideAsync(ValueTask beside)
    {
        ExceptionDispatchInfo? broken = null;
        try
        {
            await beside;
        }
#pragma warning disable CA1031 // Whatever it is, whoever drives the run is told.
        catch (Exception e)
        {
            broken = ExceptionDispatchInfo.Capture(e);
        }
#pragma warning restore CA1031

        TaskCompletionSource? progress;
        lock (_effects)
        {
            _underWay--;
            _broken ??= broken;
            (progress, _progress) = (_progress, null);
        }

        progress?.SetResult();
    }

    private async ValueTask RetryAsync(Effect effect)
    {
        if (await DelayAsync(effect.Delay)) await ExecuteAsync(effect.NodeRun!);
    }

    private async ValueTask<bool> DelayAsync(TimeSpan delay)
    {
        try
        {
            if (delay > TimeSpan.Zero) await Task.Delay(delay, Services.Time, Cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            EndCancelled();
            return false;
        }
    }

    private async ValueTask EndAsync(EffectKind kind)
    {
        switch (kind)
        {
            case EffectKind.Park:
                await StopHereAsync();
                return;
            case EffectKind.Fail:
                Happened(new RunFailed(Now, State.Error!));
                break;
            default:
                Happened(new RunFinished(Now));
                break;
        }

        await StopHereAsync();
    }

    /// <summary>The run has ended or waits: everything about it is stored before anybody is told.</summary>
    private async ValueTask StopHereAsync()
    {
        Resting?.Invoke(this);
        try
        {
            if (Log is not null) await Log.FlushAsync();
        }
        catch (Exception e)
        {
            // It was refused, or is another process's: whoever waits for it here must not do so for ever.
            _ended.TrySetException(e);
            if (!_answered) _response?.TrySetException(e);
            throw;
        }

        var result = Result();
        if (result.Phase is not (RunPhase.Waiting or RunPhase.NeedsDecision)) _ended.TrySetResult(result);
        if (result.Phase is not RunPhase.Waiting && !_answered) _response?.TrySetResult(null);
    }

    private ITimer? StartTimeout() => Model.Timeout is { } limit
        ? Services.Time.CreateTimer(static run => ((Run)run!).Cancel("the run took longer than its workflow allows"), this, limit, System.Threading.Timeout.InfiniteTimeSpan)
        : null;

    private void EndCancelled()
    {
        var cancelled = Masked(new RunCancelled(Now, _cancelReason ?? "cancelled"));
        lock (_effects)
        {
            // Of several branches that are cancelled at once, the first ends the run.
            if (State.Phase is RunPhase.Cancelled or RunPhase.Failed or RunPhase.Succeeded || State.Error is not null) return;
            _effects.Clear();
            Record(cancelled);
            _effects.Enqueue(new Effect(EffectKind.Park));
        }

        Watch?.Invoke(this, cancelled);
    }
}
