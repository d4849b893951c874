using System.Data.Common;
using Dapper;

namespace Sluice.Foundation.Storage;

/// <summary>Brings the tables of one component (releases, identity, runs, ...) to what this program needs.</summary>
public static class Migrations
{
    // Any number that other programs on the same server do not take.
    private const long LockKey = 0x51_75_1C_E0;

    private const string Table =
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            component {text} NOT NULL,
            number integer NOT NULL,
            name {text} NOT NULL,
            applied_at bigint NOT NULL,
            PRIMARY KEY (component, number)
        )
        """;

    /// <summary>
    /// Runs the steps of <paramref name="component"/> that have not run yet, all in one transaction under a lock: of several nodes that start together, one
    /// does it and the others wait.
    /// </summary>
    /// <returns>How many steps ran.</returns>
    /// <exception cref="NewerSchemaException">A newer program has been here.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public static Task<int> RunAsync(Database database, string component, IReadOnlyList<Migration> steps, TimeProvider time, CancellationToken cancel = default)
    {
        for (var i = 0; i < steps.Count; i++)
            if (steps[i].Number != i + 1)
                throw new ArgumentException($"step {i + 1} of {component} has the number {steps[i].Number}", nameof(steps));
        return database.WriteAsync((connection, transaction) => RunAsync(database.Kind, connection, transaction, component, steps, time), cancel);
    }

    private static async Task<int> RunAsync(
        DatabaseKind kind, DbConnection connection, DbTransaction transaction, string component, IReadOnlyList<Migration> steps, TimeProvider time)
    {
        if (kind == DatabaseKind.Postgres)
            await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockKey)", new { LockKey }, transaction);
        await connection.ExecuteAsync(Dialect.Fill(Table, kind), transaction: transaction);
        var done = await connection.ExecuteScalarAsync<int?>("SELECT max(number) FROM schema_migrations WHERE component = @component", new { component }, transaction) ?? 0;
        if (done > steps.Count)
            throw new NewerSchemaException(
                $"the tables of '{component}' have the schema {done} and this program knows {steps.Count}: they were written by a newer version of Sluice, which must be used from now on");
        foreach (var step in steps.Skip(done))
        {
            await connection.ExecuteAsync(Dialect.Fill(step.Sql, kind), transaction: transaction);
            await connection.ExecuteAsync(
                "INSERT INTO schema_migrations (component, number, name, applied_at) VALUES (@component, @Number, @Name, @at)",
                new { component, step.Number, step.Name, at = time.GetUtcNow().ToUnixTimeMilliseconds() }, transaction);
        }
        return steps.Count - done;
    }
}
