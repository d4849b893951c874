using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>Counts runs and how long they took.</summary>
internal sealed class WorkflowMetrics
{
    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

    private readonly ConcurrentDictionary<(string Workflow, string Status), Count> _counts = new();

    public void Add(Run run, RunEvent happened)
    {
        var status = happened switch { RunFinished => "succeeded", RunFailed => "failed", RunCancelled => "cancelled", _ => null };
        if (status is null) return;
        _counts.GetOrAdd((run.Model.Name, status), static _ => new Count()).Add((happened.At - run.StartedAt).TotalSeconds);
    }

    public string Write()
    {
        var text = new StringBuilder();
        if (_counts.IsEmpty) return "";
        text.Append("# HELP workflow_executions_total Runs of workflows that ended.\n# TYPE workflow_executions_total counter\n");
        var counts = _counts.OrderBy(c => c.Key.Workflow, StringComparer.Ordinal).ThenBy(c => c.Key.Status, StringComparer.Ordinal).ToList();
        foreach (var (key, count) in counts) text.Append(CultureInfo.InvariantCulture, $"workflow_executions_total{{{Labels(key)}}} {count.Total}\n");
        text.Append("# HELP execution_duration_seconds From the start of a run to its end.\n# TYPE execution_duration_seconds histogram\n");
        foreach (var (key, count) in counts) count.Write(text, Labels(key));
        return text.ToString();
    }

    private static string Labels((string Workflow, string Status) key) =>
        $"status=\"{key.Status}\",workflow=\"{key.Workflow.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    private sealed class Count
    {
        private readonly Lock _lock = new();
        private readonly long[] _within = new long[Bounds.Length];
        private long _total;
        private double _seconds;

        public long Total
        {
            get { lock (_lock) return _total; }
        }

        public void Add(double seconds)
        {
            lock (_lock)
            {
                _total++;
                _seconds += seconds;
                for (var i = 0; i < Bounds.Length; i++)
                    if (seconds <= Bounds[i]) _within[i]++;
            }
        }

        public void Write(StringBuilder text, string labels)
        {
            lock (_lock)
            {
                for (var i = 0; i < Bounds.Length; i++)
                    text.Append(CultureInfo.InvariantCulture, $"execution_duration_seconds_bucket{{{labels},le=\"{Bounds[i]}\"}} {_within[i]}\n");
                text.Append(CultureInfo.InvariantCulture, $"execution_duration_seconds_bucket{{{labels},le=\"+Inf\"}} {_total}\n");
                text.Append(CultureInfo.InvariantCulture, $"execution_duration_seconds_sum{{{labels}}} {_seconds}\nexecution_duration_seconds_count{{{labels}}} {_total}\n");
            }
        }
    }
}
