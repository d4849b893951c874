using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.History;

/// <summary>
/// What earlier runs of a workflow have seen, in parts: one for each node, and one that all nodes of the workflow share. A part holds either values, of which only
/// digests are kept, or the highest number. Runs that look at the same part at once do so one after the other, also those of several processes. Without a
/// database it is forgotten when the process ends.
/// </summary>
internal sealed class SeenValues(Database? database)
{
    public static readonly Migration Migration = new(6, "what runs have seen before", """
        CREATE TABLE workflow_seen_parts (
            workflow {text} NOT NULL,
            part {text} NOT NULL,
            kind {text} NOT NULL,
            highest double precision,
            PRIMARY KEY (workflow, part)
        );
        CREATE TABLE workflow_seen_values (
            workflow {text} NOT NULL,
            part {text} NOT NULL,
            value {text} NOT NULL,
            PRIMARY KEY (workflow, part, value)
        );
        """);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Workflow, string Part), Kept> _known = [];

    /// <summary>Which of some different values no run has seen; from then on all have been.</summary>
    /// <param name="items">How many items have these values: they count against <paramref name="most"/>.</param>
    /// <param name="most">How many values a part may hold.</param>
    /// <exception cref="NodeException">There would be more, or the part holds something else.</exception>
    public async ValueTask<IReadOnlyList<bool>> AddAsync(WorkflowDefinition workflow, string tenant, string part, IReadOnlyList<string> values, int items, int most, CancellationToken cancel)
    {
        var digests = values.Select(v => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(v)).AsSpan(0, 16))).ToList();
        var key = new { workflow = StaticDataStore.Key(workflow, tenant), part };
        if (database is null)
        {
            lock (_lock)
            {
                var kept = Open((key.workflow, part), "values");
                Limit(kept.Values.Count, items, most);
                return [.. digests.Select(kept.Values.Add)];
            }
        }

        return await database.WriteAsync<IReadOnlyList<bool>>(async (c, t) =>
        {
            await OpenAsync(c, t, key.workflow, part, "values");
            Limit(await c.ExecuteScalarAsync<long>("SELECT count(*) FROM workflow_seen_values WHERE workflow = @workflow AND part = @part", key, t), items, most);
            var isNew = new List<bool>(digests.Count);
            foreach (var value in digests)
                isNew.Add(await c.ExecuteAsync("INSERT INTO workflow_seen_values (workflow, part, value) VALUES (@workflow, @part, @value) ON CONFLICT DO NOTHING", new { key.workflow, part, value }, t) == 1);
            return isNew;
        }, cancel);
    }

    /// <summary>The highest number of earlier runs, null when there was none; <paramref name="highest"/> is that of later ones when it is higher.</summary>
    /// <param name="kind">What the numbers are: <c>number</c> or <c>date</c>, in milliseconds.</param>
    /// <exception cref="NodeException">The part holds something else.</exception>
    public async ValueTask<double?> RaiseAsync(WorkflowDefinition workflow, string tenant, string part, string kind, double highest, CancellationToken cancel)
    {
        var key = StaticDataStore.Key(workflow, tenant);
        if (database is null)
        {
            lock (_lock)
            {
                var kept = Open((key, part), kind);
                var had = kept.Highest;
                if (had is null || highest > had) kept.Highest = highest;
                return had;
            }
        }

        return await database.WriteAsync(async (c, t) =>
        {
            var had = await OpenAsync(c, t, key, part, kind);
            if (had is null || highest > had) await c.ExecuteAsync("UPDATE workflow_seen_parts SET highest = @highest WHERE workflow = @key AND part = @part", new { key, part, highest }, t);
            return had;
        }, cancel);
    }

    /// <summary>Forgets what a part holds.</summary>
    public async ValueTask ClearAsync(WorkflowDefinition workflow, string tenant, string part, CancellationToken cancel)
    {
        var key = new { workflow = StaticDataStore.Key(workflow, tenant), part };
        if (database is null)
        {
            lock (_lock) _known.Remove((key.workflow, part));
            return;
        }

        await database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync("DELETE FROM workflow_seen_parts WHERE workflow = @workflow AND part = @part", key, t);
            await c.ExecuteAsync("DELETE FROM workflow_seen_values WHERE workflow = @workflow AND part = @part", key, t);
        }, cancel);
    }

    /// <summary>Makes the part where there is none, and holds it until the transaction ends; gives its highest number.</summary>
    private static async Task<double?> OpenAsync(System.Data.Common.DbConnection c, System.Data.Common.DbTransaction t, string workflow, string part, string kind)
    {
        await c.ExecuteAsync("INSERT INTO workflow_seen_parts (workflow, part, kind) VALUES (@workflow, @part, @kind) ON CONFLICT DO NOTHING", new { workflow, part, kind }, t);
        await c.ExecuteAsync("UPDATE workflow_seen_parts SET kind = kind WHERE workflow = @workflow AND part = @part", new { workflow, part }, t);
        var (had, highest) = await c.QuerySingleAsync<(string Kind, double? Highest)>("SELECT kind, highest FROM workflow_seen_parts WHERE workflow = @workflow AND part = @part", new { workflow, part }, t);
        return string.Equals(had, kind, StringComparison.Ordinal) ? highest : throw OfAnotherKind();
    }

    private Kept Open((string Workflow, string Part) key, string kind)
    {
        if (!_known.TryGetValue(key, out var kept)) _known[key] = kept = new Kept(kind);
        return string.Equals(kept.Kind, kind, StringComparison.Ordinal) ? kept : throw OfAnotherKind();
    }

    private static NodeException OfAnotherKind() => new("what earlier runs have seen was kept for another 'logic'; clear it first (operation 'clearDeduplicationHistory')") { Retryable = false };

    private static void Limit(long had, int items, int most)
    {
        if (had + items > most)
            throw new NodeException(string.Create(CultureInfo.InvariantCulture, $"The number of items to be processed exceeds the maximum history size: {had} are kept and {items} come in, of {most}. Increase the history size or clear the history.")) { Retryable = false };
    }

    private sealed class Kept(string kind)
    {
        public string Kind => kind;

        public HashSet<string> Values { get; } = new(StringComparer.Ordinal);

        public double? Highest { get; set; }
    }
}
