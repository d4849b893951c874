using System.Diagnostics;

namespace Sluice.Workflows.Runs;

/// <summary>
/// The spans of runs: one for each stretch that a run goes without waiting, in the trace of whoever started it, and below it one for each execution of a node.
/// What goes on after a wait or a restart is in the same trace and linked to where the run began; what tries a failed run again is a trace of its own, linked to the failed
/// one. Nothing is made while nobody listens.
/// </summary>
public static class RunTrace
{
    /// <summary>The name of their <see cref="ActivitySource"/>.</summary>
    public const string SourceName = "Sluice.Workflows";

    private static readonly ActivitySource Source = new(SourceName);

    /// <param name="earlier">The <c>traceparent</c> that the run was stored with, when it goes on.</param>
    /// <param name="retried">That of the run that it tries again.</param>
    internal static Activity? Begin(Run run, string? earlier, string? retried = null)
    {
        if (!Source.HasListeners()) return null;
        var parent = Read(earlier) ?? run.Request.Parent?.Span?.Context ?? run.Request.Trace;
        ActivityLink[]? links = (Read(earlier) ?? Read(retried)) is { } linked ? [new ActivityLink(linked)] : null;
        return Start($"workflow {run.Model.Name}", parent, links)
            ?.SetTag("sluice.workflow", run.Model.Name).SetTag("sluice.workflow.version", run.Model.Definition.Version).SetTag("sluice.run", run.Id)
            .SetTag("sluice.tenant", run.Request.Tenant.Length > 0 ? run.Request.Tenant : null);
    }

    internal static Activity? BeginNode(Run run, NodeRun node) => run.Span is not { } parent ? null
        : Start(node.Node.Name, parent.Context)
            ?.SetTag("sluice.node", node.Node.Name).SetTag("sluice.node.type", node.Node.Descriptor.Type).SetTag("sluice.node.run", node.Index).SetTag("sluice.node.attempt", node.Attempt);

    internal static void End(Run run)
    {
        if (run.Span is not { } span) return;
        span.SetTag("sluice.run.phase", run.Phase.ToString().ToLowerInvariant());
        if (run.Phase is RunPhase.Failed or RunPhase.Cancelled) span.SetStatus(ActivityStatusCode.Error, run.State.Error?.Message);
        span.Stop();
    }

    private static ActivityContext? Read(string? stored) => stored is not null && ActivityContext.TryParse(stored, null, isRemote: true, out var context) ? context : null;

    /// <summary>
    /// Runs share threads, so that none of them may stay "current" there; nor is what happens to be current whose span it is: a request of the admin listener, of which nobody keeps
    /// a trace, would keep the run from being traced, too.
    /// </summary>
    private static Activity? Start(string name, ActivityContext parent, ActivityLink[]? links = null)
    {
        var before = Activity.Current;
        Activity.Current = null;
        var activity = Source.CreateActivity(name, ActivityKind.Internal, parent, tags: null, links)?.Start();
        Activity.Current = before;
        return activity;
    }
}
