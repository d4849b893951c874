using System.Globalization;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.History;

/// <summary>Lists of stored runs: what filters let through, in which order and pages, and by which index.</summary>
public sealed class RunListTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Filters_let_through_what_they_say(DatabaseKind kind)
    {
        await using var database = await WithRunsAsync(kind);
        var history = new RunHistory(database, null);
        await ShouldListAsync(new RunFilter(), "6 5 4 3 2 1");
        await ShouldListAsync(new RunFilter { Workflow = "orders" }, "5 3 1");
        await ShouldListAsync(new RunFilter { Workflow = "orders", Phase = RunPhase.Failed }, "3");
        await ShouldListAsync(new RunFilter { Tenants = ["acme"] }, "4 2");
        await ShouldListAsync(new RunFilter { Tenants = ["acme", ""] }, "5 4 3 2 1");
        await ShouldListAsync(new RunFilter { Tenants = ["acme", "other"] }, "6 4 2");
        await ShouldListAsync(new RunFilter { Tenants = [] }, "");
        await ShouldListAsync(new RunFilter { Parent = "1" }, "6");
        await ShouldListAsync(new RunFilter { From = Start.AddMinutes(2), To = Start.AddMinutes(4) }, "3 2");
        await ShouldListAsync(new RunFilter { Text = "OF STOCK: 100%" }, "3");
        await ShouldListAsync(new RunFilter { Text = "stock: 1000" }, "");
        await ShouldListAsync(new RunFilter { Text = "_" }, "");
        await ShouldListAsync(new RunFilter { Text = "bill", Tenants = ["acme"] }, "4 2");

        async Task ShouldListAsync(RunFilter filter, string expected)
        {
            string.Join(' ', (await history.ListAsync(filter)).Select(r => r.Id)).ShouldBe(expected);
            (await history.CountAsync(filter)).ShouldBe(expected.Length == 0 ? 0 : expected.Split(' ').Length);
        }
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_page_behind_a_run_stays_what_it_is_while_runs_begin_and_go(DatabaseKind kind)
    {
        await using var database = await WithRunsAsync(kind);
        var history = new RunHistory(database, null);
        foreach (var text in (string?[])[null, " "])
        {
            (await PageAsync(null)).ShouldBe("6 5");
            await AddAsync(database, "7", "orders", "", "running", 7);
            (await PageAsync("5")).ShouldBe("4 3");
            await database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM workflow_runs WHERE id = '7'", transaction: t));
            (await PageAsync("3")).ShouldBe("2 1");
            (await PageAsync("1")).ShouldBe("");

            async Task<string> PageAsync(string? before) => string.Join(' ', (await history.ListAsync(new RunFilter { Before = before, Limit = 2, Text = text })).Select(r => r.Id));
        }

        // Of one that has gone, the id says when it was made.
        var gone = Start.AddMinutes(3.5).ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture) + "00000000000000000000";
        (await history.ListAsync(new RunFilter { Before = gone })).Select(r => r.Id).ShouldBe(["3", "2", "1"]);
        (await history.CountAsync(new RunFilter { Before = gone })).ShouldBe(6);
    }

    /// <summary>A million runs are listed as fast as ten: an index finds them in their order, and nothing is sorted but those of one millisecond.</summary>
    [Fact]
    public async Task Every_filter_has_its_index()
    {
        await using var database = await WithRunsAsync(DatabaseKind.Sqlite);
        await ShouldUseAsync(new RunFilter(), "workflow_runs_by_start");
        await ShouldUseAsync(new RunFilter { Before = "5" }, "workflow_runs_by_start");
        await ShouldUseAsync(new RunFilter { From = Start }, "workflow_runs_by_start");
        await ShouldUseAsync(new RunFilter { Workflow = "orders" }, "workflow_runs_by_workflow");
        await ShouldUseAsync(new RunFilter { Workflow = "orders", From = Start, To = Start.AddDays(1), Before = "5" }, "workflow_runs_by_workflow");
        await ShouldUseAsync(new RunFilter { Phase = RunPhase.Succeeded }, "workflow_runs_by_phase");
        await ShouldUseAsync(new RunFilter { Tenants = ["acme"] }, "workflow_runs_by_tenant");
        await ShouldUseAsync(new RunFilter { Tenants = ["acme"], From = Start, Before = "5" }, "workflow_runs_by_tenant");
        await ShouldUseAsync(new RunFilter { Parent = "1" }, "workflow_runs_by_parent");
        await ShouldUseAsync(new RunFilter { Text = "x", Workflow = "orders" }, "workflow_runs_by_workflow");

        async Task ShouldUseAsync(RunFilter filter, string index)
        {
            var (sql, arguments) = RunHistory.ListSql(filter, Start.ToUnixTimeMilliseconds());
            var plan = await database.ReadAsync(async c => (await c.QueryAsync<(long, long, long, string Detail)>("EXPLAIN QUERY PLAN " + sql, arguments)).Select(r => r.Detail).ToList());
            plan.ShouldContain(p => p.Contains($"USING INDEX {index}", StringComparison.Ordinal), string.Join("; ", plan));
            if (filter.Text is null) plan.ShouldNotContain("USE TEMP B-TREE FOR ORDER BY", string.Join("; ", plan));
        }
    }

    private static async Task<Database> WithRunsAsync(DatabaseKind kind)
    {
        var database = await BothEngines.CreateAsync(kind);
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, TestContext.Current.CancellationToken);
        await AddAsync(database, "1", "orders", "", "succeeded", 1);
        await AddAsync(database, "2", "billing", "acme", "succeeded", 2);
        await AddAsync(database, "3", "orders", "", "failed", 3, "Out of stock: 100% gone");
        await AddAsync(database, "4", "billing", "acme", "succeeded", 4);
        await AddAsync(database, "5", "orders", "", "waiting", 5);
        await AddAsync(database, "6", "billing", "other", "running", 6, parent: "1");
        return database;
    }

    private static Task AddAsync(Database database, string id, string workflow, string tenant, string phase, int minute, string? error = null, string? parent = null) => database.WriteAsync((c, t) => c.ExecuteAsync(
        """
        INSERT INTO workflow_runs (id, workflow, version, mode, tenant, parent, phase, started_at, ended_at, wait_until, last_node, error, bytes, owner)
        VALUES (@id, @workflow, 'v', 'production', @tenant, @parent, @phase, @at, NULL, NULL, 'Last', @error, 1, '')
        """, new { id, workflow, tenant, parent, phase, at = Start.AddMinutes(minute).ToUnixTimeMilliseconds(), error }, t));
}
