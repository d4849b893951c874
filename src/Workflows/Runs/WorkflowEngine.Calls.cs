using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Nodes.Wait;
using Sluice.Workflows.Nodes.Webhook;

namespace Sluice.Workflows.Runs;

/// <content>Calls that runs wait for.</content>
public sealed partial class WorkflowEngine
{
    /// <summary>Goes on with a run that waits for a call.</summary>
    /// <param name="suffix">What the called address has after the run's id.</param>
    /// <returns>The caller's answer; null when no such run waits for such a call.</returns>
    public ValueTask<WebhookResponse?> ResumeAsync(string id, string suffix, WebhookRequest request, CancellationToken cancel = default) => WakeByCallAsync(id, null, suffix, request, cancel);

    /// <summary>Goes on with a run whose address was called, as <c>$execution.resumeUrl</c> gives it.</summary>
    /// <param name="token">What stands behind the run's id; it is good for one call.</param>
    /// <param name="suffix">What stands behind that.</param>
    /// <returns>The caller's answer; null when the address is none, or nothing waits for that call any more.</returns>
    public async ValueTask<WebhookResponse?> CallWaitingAsync(string id, string token, string suffix, WebhookRequest request, CancellationToken cancel)
    {
        if (_options.Services.ResumeAddresses.Read(id, token) is not { } turn) return null;

        // To look at a page is not to decide: programs follow links in mails, too.
        if (request.Method is "GET" or "HEAD" && await PeekAsync(id) is { } seen)
        {
            if (Waits(seen, turn, suffix, Approval.Method) is { } asked) return Approval.Page(seen, asked);
            if (Waits(seen, turn, suffix, FormWait.Method) is { } form) return FormWait.Page(form);
        }

        return await WakeByCallAsync(id, turn, suffix, request, cancel);
    }

    private static NodeRun? Waits(Run run, int? turn, string suffix, string method) => run.State.Waiting?.Find(w => w.Waiting is { OnCall: true } wait
        && (turn ?? w.Turn) == w.Turn && string.Equals(wait.Suffix, suffix, StringComparison.Ordinal)
        && (wait.Method.Length == 0 || string.Equals(wait.Method, method, StringComparison.OrdinalIgnoreCase)));

    /// <summary>A run that waits, to look at only.</summary>
    private async ValueTask<Run?> PeekAsync(string id) => _waiting.Find(id) is { } kept ? kept : await LoadAsync(id) is { Phase: RunPhase.Waiting } stored ? stored : null;

    private async ValueTask<WebhookResponse?> WakeByCallAsync(string id, int? turn, string suffix, WebhookRequest request, CancellationToken cancel)
    {
        if (await TakeWaitingAsync(id) is not { } run) return null;
        var waiting = Waits(run, turn, suffix, request.Method) ?? (request.Method is "POST" ? Waits(run, turn, suffix, Approval.Method) ?? Waits(run, turn, suffix, FormWait.Method) : null);
        var (items, refusal) = waiting?.Waiting!.Method switch
        {
            Approval.Method => (Approval.Read(request), null),
            FormWait.Method => FormWait.Read(run, waiting, request),
            _ => ([request.ToItem(run.Request.Mode is RunMode.Test)], null),
        };
        if (waiting is null || items is null)
        {
            await PutBackAsync(run);
            return refusal;
        }

        var answer = ((IAnswersCaller)waiting.Node.Node).Answer;
        var response = answer.FollowsPages || answer.Mode == ResponseMode.ResponseNode ? run.ExpectResponse() : null;
        try
        {
            await EnterAsync(run, always: true, cancel);
        }
        catch (OperationCanceledException)
        {
            // The caller has gone before there was a slot: the run waits for another call.
            await PutBackAsync(run);
            throw;
        }

        var driven = DriveAsync(run, Activate(run).ResumeAsync(waiting, items)).AsTask();
        if (answer.FollowsPages) return await NextPageAsync(run, driven, response!, answer, cancel);
        if (answer.Mode == ResponseMode.LastNode)
        {
            await driven;
            return answer.Ended(run.Result());
        }

        _ = ToItsEndAsync(driven);
        if (response is null)
        {
            if (run.Log is not null) await run.Log.FlushAsync();
            return answer.Received();
        }

        return await response.WaitAsync(cancel) ?? answer.Unanswered(run.Result());
    }

    private async ValueTask<WebhookResponse> RunToNextPageAsync(WorkflowModel model, RunRequest request, CallerAnswer answer)
    {
        var (run, trigger) = Create(model, request);
        var response = run.ExpectResponse();
        await EnterAsync(run, always: false, request.Cancellation);
        return await NextPageAsync(run, DriveAsync(run, Activate(run).StartAsync(trigger)).AsTask(), response, answer, request.Cancellation);
    }

    /// <summary>What whoever sent a form sees next: what a node answers, the page that the run waits at, or that it has arrived.</summary>
    private async ValueTask<WebhookResponse> NextPageAsync(Run run, Task driven, Task<WebhookResponse?> response, CallerAnswer answer, CancellationToken cancel)
    {
        await Task.WhenAny(response, driven).WaitAsync(cancel);
        if (!driven.IsCompleted) _ = ToItsEndAsync(driven);
        else await driven;
        if ((driven.IsCompleted && !run.HasAnswered ? null : await response.WaitAsync(cancel)) is { } given) return given;

        // The page is found by its address once the run rests, and is not gone after a crash once that is stored.
        await driven.WaitAsync(cancel);
        if (run.Log is not null) await run.Log.FlushAsync();
        return run.Phase == RunPhase.Waiting && run.State.Waiting?.Find(w => w.Waiting is { Method: FormWait.Method }) is { } page
            ? new() { Status = 303, Headers = [KeyValuePair.Create("Location", run.AddressOfTurn(page.Turn) + (page.Waiting!.Suffix.Length > 0 ? "/" + page.Waiting.Suffix : ""))] }
            : answer.Ended(run.Result());
    }
}
