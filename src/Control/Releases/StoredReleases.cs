using System.Data.Common;
using Dapper;
using Sluice.Control.Nodes;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Releases;

/// <summary>
/// Releases in a database: for each what it changed, and now and then a whole copy, both compressed. The number is the primary key, which keeps nodes
/// that share the database from making the same release twice.
/// </summary>
internal sealed class StoredReleases(Database database, ReleaseSettings settings, TimeProvider time) : IReleaseStore
{
    private const string Columns = "number, author, at, note, sha256, created, updated, deleted, restores";

    private static readonly Migration[] Schema =
    [
        new(1, "releases",
            """
            CREATE TABLE releases (
                number bigint NOT NULL PRIMARY KEY,
                author {text} NOT NULL,
                at bigint NOT NULL,
                note {text} NOT NULL,
                sha256 {text} NOT NULL,
                created integer NOT NULL,
                updated integer NOT NULL,
                deleted integer NOT NULL,
                restores bigint,
                delta {bytes} NOT NULL,
                delta_bytes bigint NOT NULL,
                checkpoint {bytes},
                checkpoint_bytes bigint NOT NULL
            )
            """),
    ];

    // A node that was away for longer, or missed a change of everything, reads the whole document once.
    private const int MostSteps = 100;

    private const int MostBytes = 1 << 20;

    private readonly ComponentDatabase _database = new(database, "releases", Schema, time);

    public async Task<Release?> HeadAsync(CancellationToken cancel)
    {
        return await _database.ReadAsync(async c => ToRelease(await c.QueryFirstOrDefaultAsync<Row>($"SELECT {Columns} FROM releases ORDER BY number DESC LIMIT 1")), cancel);
    }

    public async Task<Release?> FindAsync(long number, CancellationToken cancel)
    {
        return await _database.ReadAsync(async c => ToRelease(await c.QueryFirstOrDefaultAsync<Row>($"SELECT {Columns} FROM releases WHERE number = @number", new { number })), cancel);
    }

    public async Task<ConfigurationTree?> ReadAsync(long number, ReadOptions options, CurrentRelease? similar, CancellationToken cancel)
    {
        // The hash tells whether nothing went missing on a short way.
        var release = similar is null ? null : await FindAsync(number, cancel);
        if (similar is not null && release is not null && await FollowAsync(similar, release, cancel) is { } followed && followed.Sha256() == release.Sha256)
            return followed;
        var document = await _database.ReadAsync(c => DocumentAsync(c, number), cancel);
        if (document is null)
            return null;
        if (release is not null && similar?.Tree.TryReadSimilar(document) is { } tree && tree.Sha256() == release.Sha256)
            return tree;
        var read = ConfigurationTree.Read([new ConfigurationSource($"release {number}", document, Foundation.Schema.DocumentFormat.Json)], options);
        return read.Tree ?? throw new ReleaseUnreadableException(
            $"release {number} does not fit this version of Sluice: " + string.Join("; ", read.Problems.Where(p => p.Severity == Severity.Error).Take(5).Select(p => $"{p.Object}: {p.Field}: {p.Message}")));
    }

    public async Task<IAsyncDisposable> TakeTurnAsync(CancellationToken cancel)
    {
        await _database.PrepareAsync(cancel);
        return await Turn.TakeAsync(database, cancel);
    }

    public async Task<bool> AddAsync(Release release, ConfigurationTree tree, ConfigurationDiff diff, CancellationToken cancel)
    {
        var delta = ReleaseDelta.Write(tree, diff);
        try
        {
            return await _database.WriteAsync((c, t) => AddAsync(c, t, release, tree, delta), cancel);
        }
        catch (DuplicateKeyException)
        {
            return false;
        }
    }

    public async Task<(IReadOnlyList<Release> Releases, long Total)> ListAsync(int skip, int take, CancellationToken cancel)
    {
        return await _database.ReadAsync(async c =>
        {
            var rows = await c.QueryAsync<Row>($"SELECT {Columns} FROM releases ORDER BY number DESC LIMIT @take OFFSET @skip", new { take, skip });
            return ((IReadOnlyList<Release>)[.. rows.Select(r => ToRelease(r)!)], await c.ExecuteScalarAsync<long>("SELECT count(*) FROM releases"));
        }, cancel);
    }

    /// <summary>The oldest that stays must be a whole copy, since the ones after it are told as changes.</summary>
    public async Task PruneAsync(int keep, CancellationToken cancel)
    {
        await _database.WriteAsync((c, t) => c.ExecuteAsync(
            """
            DELETE FROM releases WHERE number <
                (SELECT coalesce(max(number), 0) FROM releases WHERE checkpoint_bytes > 0 AND number <= (SELECT max(number) FROM releases) - @keep + 1)
            """, new { keep }, t), cancel);
    }

    private async Task<bool> AddAsync(DbConnection connection, DbTransaction transaction, Release release, ConfigurationTree tree, byte[] delta)
    {
        var newest = await connection.ExecuteScalarAsync<long?>("SELECT max(number) FROM releases", transaction: transaction) ?? 0;
        if (newest != release.Number - 1)
            return false;
        var since = await connection.QuerySingleAsync<Since>(
            """
            SELECT coalesce((SELECT max(number) FROM releases WHERE checkpoint_bytes > 0), 0) AS number,
                coalesce((SELECT max(checkpoint_bytes) FROM releases WHERE number = (SELECT max(number) FROM releases WHERE checkpoint_bytes > 0)), 0) AS bytes,
                coalesce((SELECT sum(delta_bytes) FROM releases WHERE number > (SELECT max(number) FROM releases WHERE checkpoint_bytes > 0)), 0) AS changed
            """, transaction: transaction);
        var whole = since.Number == 0 || release.Number - since.Number >= settings.CheckpointEvery || since.Changed + delta.Length > since.Bytes;
        var checkpoint = whole ? Compression.Pack(tree.ToCanonicalDocument()) : null;
        await connection.ExecuteAsync(
            """
            INSERT INTO releases (number, author, at, note, sha256, created, updated, deleted, restores, delta, delta_bytes, checkpoint, checkpoint_bytes)
            VALUES (@Number, @Author, @at, @Note, @Sha256, @Created, @Updated, @Deleted, @Restores, @delta, @deltaBytes, @checkpoint, @checkpointBytes)
            """,
            new
            {
                release.Number,
                release.Author,
                at = release.At.ToUnixTimeMilliseconds(),
                release.Note,
                release.Sha256,
                release.Created,
                release.Updated,
                release.Deleted,
                release.Restores,
                delta,
                deltaBytes = (long)delta.Length,
                checkpoint,
                checkpointBytes = checkpoint?.LongLength ?? 0,
            }, transaction);
        await ChangeFeed.TellAsync(database.Kind, connection, transaction, ReleaseManager.Channel, release.Number);
        return true;
    }

    /// <summary>What <paramref name="from"/> became: read as the few changes since, if they are few.</summary>
    private async Task<ConfigurationTree?> FollowAsync(CurrentRelease from, Release to, CancellationToken cancel)
    {
        var steps = to.Number - from.Release.Number;
        if (steps is <= 0 or > MostSteps)
            return null;
        var deltas = await _database.ReadAsync(c => c.QueryAsync<Part>(
            "SELECT number, delta AS content FROM releases WHERE number > @old AND number <= @number AND delta_bytes < @most ORDER BY number",
            new { old = from.Release.Number, number = to.Number, most = MostBytes }), cancel);
        return deltas.Select(d => d.Content).ToList() is var changes && changes.Count == steps ? ReleaseDelta.TryApply(from.Tree, changes) : null;
    }

    private static async Task<byte[]?> DocumentAsync(DbConnection connection, long number)
    {
        var start = await connection.QueryFirstOrDefaultAsync<Part>(
            "SELECT number, checkpoint AS content FROM releases WHERE number <= @number AND checkpoint_bytes > 0 ORDER BY number DESC LIMIT 1", new { number });
        if (start is null)
            return null;
        var whole = Compression.Unpack(start.Content);
        if (start.Number == number)
            return whole;
        var deltas = (await connection.QueryAsync<Part>(
            "SELECT number, delta AS content FROM releases WHERE number > @start AND number <= @number ORDER BY number", new { start = start.Number, number })).ToList();
        return deltas.Count == 0 || deltas[^1].Number != number ? null : ReleaseDelta.Apply(whole, deltas.Select(d => d.Content));
    }

    private static Release? ToRelease(Row? row) => row is null ? null : new Release
    {
        Number = row.Number,
        Author = row.Author,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.At),
        Note = row.Note,
        Sha256 = row.Sha256,
        Created = (int)row.Created,
        Updated = (int)row.Updated,
        Deleted = (int)row.Deleted,
        Restores = row.Restores,
    };

    // The two drivers give integers of different widths: properties are converted, constructor parameters would not be.
    private sealed class Row
    {
        public long Number { get; init; }

        public string Author { get; init; } = "";

        public long At { get; init; }

        public string Note { get; init; } = "";

        public string Sha256 { get; init; } = "";

        public long Created { get; init; }

        public long Updated { get; init; }

        public long Deleted { get; init; }

        public long? Restores { get; init; }
    }

    private sealed class Part
    {
        public long Number { get; init; }

        public byte[] Content { get; init; } = [];
    }

    private sealed class Since
    {
        public long Number { get; init; }

        public long Bytes { get; init; }

        public long Changed { get; init; }
    }
}
