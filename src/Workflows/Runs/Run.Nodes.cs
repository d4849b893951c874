using System.Text.Json;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Runs;

/// <content>How one node is run.</content>
public sealed partial class Run
{
    private async ValueTask ExecuteAsync(NodeRun run)
    {
        if (Cancellation.IsCancellationRequested)
        {
            EndCancelled();
            return;
        }

        run.StartedAt = Now;
        run.Lines = null;
        if (run.Node.Definition.Disabled)
        {
            Finished(run, [NodeOutcome.Passed(run.Inputs is [{ } first, ..] ? first : [])]);
            return;
        }

        if (Request.UsePinData && run.Node.Pinned is { } pinned)
        {
            Finished(run, NodeOutcome.SettlePinned(run, pinned));
            return;
        }

        run.Span = RunTrace.BeginNode(this, run);
        try
        {
            if (!run.Node.Idempotent && Log is not null)
            {
                // Stored before it runs: after a crash nobody may think that it did not.
                Happened(new NodeStarted(run.StartedAt, run.Node.Index, run.Index, run.Attempt));
                await Log.FlushAsync();
            }

            var output = run.Node.Timeout is { } limit ? await WithinAsync(run, limit) : await run.Node.Node.ExecuteAsync(new NodeContext(this, run, Cancellation));
            if (output.Wait is { } wait) Happened(new NodeWaiting(Now, run.Node.Index, run.Index, wait.Until, wait.OnCall, wait.Suffix, wait.Method, wait.Message));
            else if (run.Attempt < run.Node.Tries && FirstFailure(output.Outputs) is { } failure)
                // A node that goes on after failures is tried again before it does.
                Failed(run, failure with { Node = run.Node.Name }, retry: true);
            else Finished(run, NodeOutcome.Settle(run, output.Outputs));
        }
        catch (NodeException e)
        {
            Failed(run, new RunError(e.Message, run.Node.Name, e.ItemIndex, e.Code, e.Details), e.Retryable, e.RetryAfter);
        }
        catch (Exception e) when (e is ExpressionError or JsonException)
        {
            // Its data, which stays as it is however often it is tried.
            Failed(run, new RunError(e.Message, run.Node.Name), retry: false);
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            EndCancelled();
        }
        catch (TimeoutException e)
        {
            Failed(run, new RunError(e.Message, run.Node.Name), retry: true);
        }
#pragma warning disable CA1031 // A node that breaks fails its run, never the process.
        catch (Exception e)
        {
            Failed(run, new RunError($"{e.GetType().Name}: {e.Message}", run.Node.Name) { Unexpected = true }, retry: true);
        }
#pragma warning restore CA1031
        finally
        {
            if (run.Span is { } span)
            {
                if (run.Error is { } error) span.SetStatus(System.Diagnostics.ActivityStatusCode.Error, error.Message);
                span.Stop();
                run.Span = null;
            }
        }
    }

    private async ValueTask<NodeResult> WithinAsync(NodeRun run, TimeSpan limit)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var timer = Services.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, limit, System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            return await run.Node.Node.ExecuteAsync(new NodeContext(this, run, source.Token));
        }
        catch (OperationCanceledException e) when (!Cancellation.IsCancellationRequested && source.IsCancellationRequested)
        {
            throw new TimeoutException($"took longer than {limit.TotalSeconds} seconds", e);
        }
    }

    /// <summary>What went wrong with the first item of the first output; null when nothing did.</summary>
    private static RunError? FirstFailure(IReadOnlyList<Item>[] outputs) =>
        outputs is [[{ Error: { } message } failed, ..], ..] ? new RunError(message, "", failed.PairedItems is [var from, ..] ? from.Item : -1) : null;

    private void Finished(NodeRun run, IReadOnlyList<Item>[] outputs)
    {
        CheckData(outputs);
        var now = Now;
        Happened(new NodeFinished(now, run.Node.Index, run.Index, outputs.Length == 0 ? NoOutputs : outputs, run.State, now - run.StartedAt) { Lines = run.Lines });
    }

    /// <summary>What a node gives is stored, shown and walked by others: it fails where that could not be done, whether or not its run is stored.</summary>
    /// <exception cref="NodeException">An item cannot be written as JSON.</exception>
    private static void CheckData(IReadOnlyList<Item>[] outputs)
    {
        var fitness = new JsonFitness();
        foreach (var items in outputs)
        {
            for (var i = 0; i < items.Count; i++)
                if (fitness.Problem(items[i].Json) is { } problem) throw new NodeException($"the output cannot be passed on: item {i}: {problem}") { Retryable = false };
        }
    }

    private void Failed(NodeRun run, RunError error, bool retry, TimeSpan? retryAfter = null)
    {
        if (!error.Details.IsUndefined && new JsonFitness().Problem(new JsObject { ["details"] = error.Details }) is { } problem) error = error with { Details = $"left out: {problem}" };
        var now = Now;
        Happened(new NodeFailed(now, run.Node.Index, run.Index, run.Attempt, error, retry, now - run.StartedAt) { Lines = run.Lines, RetryAfter = retryAfter });
    }
}
