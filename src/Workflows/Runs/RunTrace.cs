using System.Diagnostics;

namespace Sluice.Workflows.Runs;

/// <summary>
/// The spans of runs: one for each stretch that a run goes without waiting, in the trace of whoever started it, and below it one for each execution of a node.
/// Nothing is made while nobody listens.
/// </summary>
public static class RunTrace
{
    /// <summary>The name of their <see cref="ActivitySource"/>.</summary>
    public const string SourceName = "Sluice.Workflows";

    private static readonly ActivitySource Source = new(SourceName);

    /// <param name="earlier">The <c>traceparent</c> that the run was stored with, when it goes on.</param>
    internal static Activity? Begin(Run run, string? earlier)
    {
        if (!Source.HasListeners()) return null;
        var parent = earlier is not null && ActivityContext.TryParse(earlier, null, isRemote: true, out var stored) ? stored : run.Request.Parent?.Span?.Context ?? run.Request.Trace;
        return Start(Source.CreateActivity($"workflow {run.Model.Name}", ActivityKind.Internal, parent))
            ?.SetTag("sluice.workflow", run.Model.Name).SetTag("sluice.workflow.version", run.Model.Definition.Version).SetTag("sluice.run", run.Id)
            .SetTag("sluice.tenant", run.Request.Tenant.Length > 0 ? run.Request.Tenant : null);
    }

    internal static Activity? BeginNode(Run run, NodeRun node) => run.Span is not { } parent ? null
        : Start(Source.CreateActivity(node.Node.Name, ActivityKind.Internal, parent.Context))
            ?.SetTag("sluice.node", node.Node.Name).SetTag("sluice.node.type", node.Node.Descriptor.Type).SetTag("sluice.node.run", node.Index).SetTag("sluice.node.attempt", node.Attempt);

    internal static void End(Run run)
    {
        if (run.Span is not { } span) return;
        span.SetTag("sluice.run.phase", run.Phase.ToString().ToLowerInvariant());
        if (run.Phase is RunPhase.Failed or RunPhase.Cancelled) span.SetStatus(ActivityStatusCode.Error, run.State.Error?.Message);
        span.Stop();
    }

    /// <summary>Runs share threads, so that none of them may stay "current" there.</summary>
    private static Activity? Start(Activity? activity)
    {
        var before = Activity.Current;
        activity?.Start();
        Activity.Current = before;
        return activity;
    }
}
