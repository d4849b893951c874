using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Audit;

/// <summary>Whether the chain of the log is whole.</summary>
/// <param name="Entries">How many were looked at.</param>
/// <param name="BrokenAt">The first entry that does not follow from the one before; null when all do.</param>
/// <param name="Problem">What is wrong with it; null when nothing is.</param>
public sealed record AuditVerdict(long Entries, long? BrokenAt, string? Problem);

/// <summary>
/// The append-only log of writes and refusals. Each entry carries a hash over itself and the entry before, so that a changed, removed or inserted one shows.
/// A write is one entry when it begins and another, which <see cref="AuditEntry.Answers"/> the first, when it has ended; readers see them as one.
/// </summary>
public sealed class AuditLog(Database database, TimeProvider time) : IDisposable
{
    private const string Columns =
        """
        seq AS Seq, at AS At, actor AS Actor, actor_kind AS ActorKind, address AS Address, method AS Method, path AS Path, action AS Action, object AS Object,
        status AS Status, outcome AS Outcome, request_id AS RequestId, detail AS Detail, hash AS Hash
        """;

    private readonly ComponentDatabase _database = new(database, "audit", AuditMigrations.Steps, time);

    /// <summary>Adds <paramref name="entry"/>, whose time and hash are set here.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="DatabaseException">It was not written.</exception>
    public Task<long> AppendAsync(AuditEntry entry, CancellationToken cancel = default) =>
        _database.WriteAsync((connection, transaction) => AppendAsync(connection, transaction, entry), cancel);

    /// <summary>Adds how the write of <paramref name="begun"/> ended.</summary>
    /// <exception cref="DatabaseException">It was not written.</exception>
    public Task AnswerAsync(long begun, string requestId, int status, string about, string detail) => AppendAsync(
        new AuditEntry { Answers = begun, RequestId = requestId, Status = status, Outcome = AuditOutcome.Of(status), Object = about, Detail = detail });

    /// <summary>Entries, the newest first.</summary>
    public Task<(IReadOnlyList<AuditEntry> Entries, long Total)> ListAsync(AuditFilter filter, int offset, int most, CancellationToken cancel = default) =>
        _database.ReadAsync<(IReadOnlyList<AuditEntry>, long)>(async c =>
        {
            var (from, values) = filter.ToSql();
            var total = await c.ExecuteScalarAsync<long>($"SELECT count(*) {from}", values);
            values.Add("most", most);
            values.Add("offset", offset);
            return ([.. await c.QueryAsync<AuditEntry>($"SELECT {Columns} {from} ORDER BY seq DESC LIMIT @most OFFSET @offset", values)], total);
        }, cancel);

    /// <summary>All wanted entries, the oldest first, read in pieces.</summary>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        const int piece = 500;
        var after = 0L;
        while (true)
        {
            var (from, values) = filter.ToSql();
            values.Add("after", after);
            var entries = (await _database.ReadAsync(c => c.QueryAsync<AuditEntry>($"SELECT {Columns} {from} AND seq > @after ORDER BY seq LIMIT {piece}", values), cancel)).AsList();
            foreach (var entry in entries) yield return entry;
            if (entries.Count < piece) yield break;
            after = entries[^1].Seq;
        }
    }

    /// <summary>Follows the chain from its oldest entry to its head.</summary>
    public async Task<AuditVerdict> VerifyAsync(CancellationToken cancel = default)
    {
        const int piece = 1000;
        // One transaction would see one moment; reading the head first is enough, because entries are only added behind it.
        var (hash, head) = await _database.ReadAsync(c => c.QuerySingleAsync<(string, string)>("SELECT anchor, hash FROM audit_head WHERE id = 1"), cancel);
        long count = 0, after = 0;
        var passed = head == hash;
        while (true)
        {
            var entries = (await _database.ReadAsync(
                c => c.QueryAsync<AuditEntry>($"SELECT {Columns}, answers AS Answers FROM audit WHERE seq > @after ORDER BY seq LIMIT {piece}", new { after }), cancel)).AsList();
            foreach (var entry in entries)
            {
                if (entry.Hash != entry.HashAfter(hash))
                    return new AuditVerdict(count, entry.Seq, "the entry, or one just before it, was changed, removed or inserted");
                hash = entry.Hash;
                passed |= hash == head;
                count++;
            }
            if (entries.Count < piece) break;
            after = entries[^1].Seq;
        }
        return passed ? new AuditVerdict(count, null, null) : new AuditVerdict(count, after, "the newest entries were removed");
    }

    /// <summary>Removes what is older than <paramref name="keep"/> and remembers where the chain begins now.</summary>
    /// <returns>How many entries went.</returns>
    public Task<int> PruneAsync(TimeSpan keep, CancellationToken cancel = default) => _database.WriteAsync(async (c, t) =>
    {
        await LockAsync(c, t);
        var before = (time.GetUtcNow() - keep).ToUnixTimeMilliseconds();
        var last = await c.QuerySingleOrDefaultAsync<AuditEntry>($"SELECT {Columns} FROM audit WHERE at < @before ORDER BY seq DESC LIMIT 1", new { before }, t);
        if (last is null) return 0;
        await c.ExecuteAsync("UPDATE audit_head SET anchor = @Hash WHERE id = 1", new { last.Hash }, t);
        return await c.ExecuteAsync("DELETE FROM audit WHERE seq <= @Seq", new { last.Seq }, t);
    }, cancel);

    public void Dispose() => _database.Dispose();

    private async Task<long> AppendAsync(DbConnection connection, DbTransaction transaction, AuditEntry entry)
    {
        var previous = await LockAsync(connection, transaction);
        entry = entry with { At = time.GetUtcNow().ToUnixTimeMilliseconds() };
        entry = entry with { Hash = entry.HashAfter(previous) };
        var seq = await connection.ExecuteScalarAsync<long>(
            """
            INSERT INTO audit (answers, at, actor, actor_kind, address, method, path, action, object, status, outcome, request_id, detail, hash)
            VALUES (@Answers, @At, @Actor, @ActorKind, @Address, @Method, @Path, @Action, @Object, @Status, @Outcome, @RequestId, @Detail, @Hash) RETURNING seq
            """, entry, transaction);
        await connection.ExecuteAsync("UPDATE audit_head SET hash = @Hash WHERE id = 1", new { entry.Hash }, transaction);
        return seq;
    }

    /// <summary>Makes the nodes that write to one chain take turns.</summary>
    /// <returns>The hash of the newest entry.</returns>
    private static async Task<string> LockAsync(DbConnection connection, DbTransaction transaction) =>
        await connection.QuerySingleAsync<string>("UPDATE audit_head SET id = id WHERE id = 1 RETURNING hash", transaction: transaction);
}
