using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>Counts runs and executions of nodes, and how long they took.</summary>
internal sealed class WorkflowMetrics
{
    private readonly ConcurrentDictionary<(string Workflow, string Status), DurationHistogram> _runs = new();
    private readonly ConcurrentDictionary<(string Workflow, string Node, string Status), DurationHistogram> _nodes = new();

    // Per loaded workflow, by the node's place: a name is looked up once.
    private readonly ConditionalWeakTable<WorkflowModel, Meters> _meters = [];

    public void Add(Run run, RunEvent happened)
    {
        switch (happened)
        {
            case NodeFinished node:
                Of(run).Node(node.Node, failed: false).Add(node.Took.TotalSeconds);
                break;
            case NodeFailed node:
                Of(run).Node(node.Node, failed: true).Add(node.Took.TotalSeconds);
                break;
            case RunFinished:
                Of(run).Run("succeeded").Add((happened.At - run.StartedAt).TotalSeconds);
                break;
            case RunFailed:
                Of(run).Run("failed").Add((happened.At - run.StartedAt).TotalSeconds);
                break;
            case RunCancelled:
                Of(run).Run("cancelled").Add((happened.At - run.StartedAt).TotalSeconds);
                break;
        }
    }

    public string Write(EngineLoad load, DateTimeOffset now)
    {
        var text = new StringBuilder();
        var runs = _runs.OrderBy(c => c.Key.Workflow, StringComparer.Ordinal).ThenBy(c => c.Key.Status, StringComparer.Ordinal)
            .Select(c => (Labels: $"status=\"{c.Key.Status}\",workflow=\"{Escape(c.Key.Workflow)}\"", Histogram: c.Value)).ToList();
        if (runs.Count > 0)
        {
            text.Append("# HELP workflow_executions_total Runs of workflows that ended.\n# TYPE workflow_executions_total counter\n");
            foreach (var (labels, histogram) in runs) text.Append(CultureInfo.InvariantCulture, $"workflow_executions_total{{{labels}}} {histogram.Total}\n");
            text.Append("# HELP execution_duration_seconds From the start of a run to its end.\n# TYPE execution_duration_seconds histogram\n");
            foreach (var (labels, histogram) in runs) histogram.Write(text, "execution_duration_seconds", labels);
        }

        if (!_nodes.IsEmpty)
        {
            text.Append("# HELP workflow_node_duration_seconds How long executions of nodes took.\n# TYPE workflow_node_duration_seconds histogram\n");
            foreach (var (key, histogram) in _nodes.OrderBy(c => c.Key.Workflow, StringComparer.Ordinal).ThenBy(c => c.Key.Node, StringComparer.Ordinal).ThenBy(c => c.Key.Status, StringComparer.Ordinal))
                histogram.Write(text, "workflow_node_duration_seconds", $"node=\"{Escape(key.Node)}\",status=\"{key.Status}\",workflow=\"{Escape(key.Workflow)}\"");
        }

        Gauge("workflow_runs_active", "Runs under way.", load.Active);
        Gauge("workflow_runs_waiting", "Runs that wait for a time or a call.", load.Waiting);
        Gauge("workflow_queue_depth", "Runs that wait for their turn, in memory and in the store.", load.Queued + load.Stored);
        Gauge("workflow_runs_offered", "Runs that wait in the shared database for a worker: the same on each of its nodes.", load.Offered);
        Gauge("workflow_queue_age_seconds", "How long the first of those in memory has waited.", load.OldestQueued is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0);
        return text.ToString();

        void Gauge(string name, string help, double value) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
    }

    private Meters Of(Run run)
    {
        if (_meters.TryGetValue(run.Model, out var known)) return known;
        return _meters.GetValue(run.Model, model => new Meters(
            status => _runs.GetOrAdd((model.Name, status), static _ => new DurationHistogram()),
            (node, failed) => _nodes.GetOrAdd((model.Name, model.Nodes[node].Name, failed ? "failed" : "succeeded"), static _ => new DurationHistogram()),
            model.Nodes.Count));
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class Meters(Func<string, DurationHistogram> run, Func<int, bool, DurationHistogram> node, int nodes)
    {
        private readonly DurationHistogram?[] _nodes = new DurationHistogram?[nodes * 2];
        private DurationHistogram? _succeeded;

        public DurationHistogram Run(string status) => status == "succeeded" ? _succeeded ??= run(status) : run(status);

        public DurationHistogram Node(int index, bool failed) => _nodes[(index * 2) + (failed ? 1 : 0)] ??= node(index, failed);
    }
}
