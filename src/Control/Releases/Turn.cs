using System.Data.Common;
using Dapper;
using Npgsql;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Releases;

/// <summary>
/// The turn of one node to make a release, held as an advisory lock of PostgreSQL in a transaction of its own: those who wait are served in order, and a
/// node that dies lets go.
/// </summary>
internal sealed class Turn : IAsyncDisposable
{
    // Any number that nothing else on the same server takes.
    private const long LockKey = 0x51_75_1C_E1;

    // A turn is taken away from a node that vanished without a word, and nobody waits much longer than that.
    private const string Begin =
        """
        SET LOCAL idle_in_transaction_session_timeout = '20s';
        SET LOCAL lock_timeout = '25s';
        SELECT pg_advisory_xact_lock(@LockKey)
        """;

    private readonly DbConnection? _connection;
    private readonly DbTransaction? _transaction;

    private Turn(DbConnection? connection, DbTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    /// <summary>Where nobody else writes.</summary>
    public static Turn Alone { get; } = new(null, null);

    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public static async Task<Turn> TakeAsync(Database database, CancellationToken cancel)
    {
        if (database.Kind != DatabaseKind.Postgres)
            return Alone;
        var connection = await database.ConnectAsync(cancel);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancel);
            await connection.ExecuteAsync(new CommandDefinition(Begin, new { LockKey }, transaction, cancellationToken: cancel));
            return new Turn(connection, transaction);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await connection.DisposeAsync();
            return Alone;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is NpgsqlException or TimeoutException)
                throw new DatabaseUnavailableException($"the database {database.Address} does not answer: {(e.InnerException ?? e).Message}", e);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is null || _connection is null)
            return;
        try
        {
            await _transaction.DisposeAsync();
        }
        catch (DbException)
        {
            // The database is away: then the turn is over, too.
        }
        await _connection.DisposeAsync();
    }
}
