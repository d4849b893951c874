using Sluice.Foundation.Storage;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.History;

/// <summary>The tables of runs, and the statements that write them.</summary>
internal static class HistorySql
{
    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "runs, who runs them, their histories and the documents they run", """
            CREATE TABLE workflow_documents (
                version {text} PRIMARY KEY,
                name {text} NOT NULL,
                document text NOT NULL,
                stored_at bigint NOT NULL
            );
            CREATE TABLE workflow_runs (
                id {text} PRIMARY KEY,
                workflow {text} NOT NULL,
                version {text} NOT NULL,
                mode {text} NOT NULL,
                tenant {text} NOT NULL,
                parent {text},
                phase {text} NOT NULL,
                started_at bigint NOT NULL,
                ended_at bigint,
                wait_until bigint,
                last_node text NOT NULL,
                error text,
                bytes bigint NOT NULL,
                owner {text} NOT NULL,
                cancel_reason text
            );
            CREATE INDEX workflow_runs_open ON workflow_runs (owner, started_at) WHERE ended_at IS NULL;
            CREATE INDEX workflow_runs_by_phase ON workflow_runs (phase, started_at);
            CREATE INDEX workflow_runs_by_workflow ON workflow_runs (workflow, started_at);
            CREATE INDEX workflow_runs_by_end ON workflow_runs (ended_at);
            CREATE TABLE workflow_run_lines (
                run_id {text} NOT NULL,
                number integer NOT NULL,
                lines {bytes} NOT NULL,
                PRIMARY KEY (run_id, number)
            );
            CREATE TABLE workflow_objects (
                key {text} PRIMARY KEY,
                content {bytes} NOT NULL
            );
            CREATE TABLE workflow_owners (
                id {text} PRIMARY KEY,
                node {text} NOT NULL,
                seen_at bigint NOT NULL
            );
            CREATE TABLE workflow_keys (
                name {text} PRIMARY KEY,
                value {bytes} NOT NULL
            );
            """),
        Schedules.ScheduleStore.Migration,
        QueuedRuns.Migration,
        StaticDataStore.Migration,
        new(5, "lists of runs by their start, of tenants and of what a run called", """
            CREATE INDEX workflow_runs_by_start ON workflow_runs (started_at);
            CREATE INDEX workflow_runs_by_tenant ON workflow_runs (tenant, started_at) WHERE tenant <> '';
            CREATE INDEX workflow_runs_by_parent ON workflow_runs (parent, started_at) WHERE parent IS NOT NULL;
            """),
        SeenValues.Migration,
        new(7, "how often runs were gone on with after their process had died, and how much of them was stored then", """
            ALTER TABLE workflow_runs ADD COLUMN takeovers integer NOT NULL DEFAULT 0;
            ALTER TABLE workflow_runs ADD COLUMN stored_at_takeover bigint NOT NULL DEFAULT -1;
            """),
    ];

    public const string AddDocument =
        "INSERT INTO workflow_documents (version, name, document, stored_at) VALUES (@version, @name, @document, @at) ON CONFLICT (version) DO UPDATE SET stored_at = excluded.stored_at";

    public const string PutRun =
        """
        INSERT INTO workflow_runs (id, workflow, version, mode, tenant, parent, phase, started_at, ended_at, wait_until, last_node, error, bytes, owner)
        VALUES (@id, @workflow, @version, @mode, @tenant, @parent, @phase, @started_at, @ended_at, @wait_until, @last_node, @error, @bytes, @owner)
        ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, owner = excluded.owner, ended_at = excluded.ended_at, wait_until = excluded.wait_until,
            last_node = excluded.last_node, error = excluded.error, bytes = workflow_runs.bytes + excluded.bytes
        """;

    public const string AddLines = "INSERT INTO workflow_run_lines (run_id, number, lines) VALUES (@run_id, @number, @lines)";

    public static string NameOf(RunPhase phase) => phase switch
    {
        RunPhase.NeedsDecision => "needs-decision",
        _ => phase.ToString().ToLowerInvariant(),
    };

    public static RunPhase Phase(string name) => name is "needs-decision" ? RunPhase.NeedsDecision : Enum.Parse<RunPhase>(name, ignoreCase: true);

    public static string NameOf(RunMode mode) => mode switch
    {
        RunMode.SubWorkflow => "sub-workflow",
        _ => mode.ToString().ToLowerInvariant(),
    };

    public static RunMode Mode(string name) => name is "sub-workflow" ? RunMode.SubWorkflow : Enum.Parse<RunMode>(name, ignoreCase: true);
}
