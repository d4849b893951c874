using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Commands.Workflows;

/// <summary>What each node of a run did, as a table for people.</summary>
internal sealed class RunReport(WorkflowModel model)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<RunEvent> _events = new();

    /// <summary>Ends when the run is over, or waits for a call, which nobody can make.</summary>
    public Task Over => _over.Task;

    /// <summary>Takes note of what happened, if it happened in a run of this workflow itself and not of one that it called.</summary>
    public void Add(Run run, RunEvent happened)
    {
        if (run.Model != model || run.Request.Parent is not null) return;
        _events.Enqueue(happened);
        if (happened is RunFinished or RunFailed or RunCancelled or NodeWaiting { OnCall: true, Until: null }) _over.TrySetResult();
    }

    public void Write(TextWriter output)
    {
        var table = new TextTable("NODE", "STATUS", "ITEMS", "TIME", "ERROR");
        foreach (var happened in _events)
        {
            switch (happened)
            {
                case NodeFinished ended:
                    table.Add(NameOf(ended.Node), "succeeded", Items(ended.Outputs), Time(ended.Took), "");
                    break;
                case NodeFailed failed:
                    table.Add(NameOf(failed.Node), failed.Retry ? "failed, tried again" : "failed", "", Time(failed.Took), failed.Error.Message);
                    break;
                case NodeWaiting waiting:
                    table.Add(NameOf(waiting.Node), "waits", "", "", waiting.Until is null ? "for a call, which cannot come here" : "");
                    break;
                case NodeResumed { Items: { } items } resumed:
                    table.Add(NameOf(resumed.Node), "resumed", Items([items]), "", "");
                    break;
                case NodeResumed resumed:
                    table.Add(NameOf(resumed.Node), "resumed", "", "", "");
                    break;
                case RunFailed over:
                    table.Add("(run)", "failed", "", "", over.Error.Message);
                    break;
                case RunCancelled over:
                    table.Add("(run)", "cancelled", "", "", over.Reason);
                    break;
            }
        }

        table.Write(output);
        foreach (var (node, lines) in _events.Select(e => e switch { NodeFinished f => (f.Node, f.Lines), NodeFailed f => (f.Node, f.Lines), _ => (-1, null) }))
            foreach (var line in lines ?? []) output.WriteLine($"{NameOf(node)}: {line}");
    }

    private string NameOf(int node) => model.Nodes[node].Name;

    /// <summary><c>3</c>, or for several outputs <c>2 + 1</c>.</summary>
    private static string Items(IReadOnlyList<Item>[] outputs) => string.Join(" + ", outputs.Select(o => o.Count.ToString(CultureInfo.InvariantCulture)));

    private static string Time(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0.0} ms");
}
