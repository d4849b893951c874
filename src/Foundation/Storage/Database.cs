using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Sluice.Foundation.Storage;

/// <summary>
/// One database, on either engine. Stores write plain SQL that both understand and run it through <see cref="ReadAsync"/> and <see cref="WriteAsync"/>,
/// which open and return connections, and turn the drivers' failures into <see cref="DatabaseException"/>s. Never called on an event loop.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    // Whether the file of SQLite has been there.
    private volatile bool _found;
    private readonly NpgsqlDataSource? _postgres;
    private readonly string? _sqlite;

    // SQLite has one writer at a time; waiting for it here is fair and needs no busy loop.
    private readonly SemaphoreSlim _writer = new(1);

    public Database(DatabaseAddress address)
    {
        Address = address;
        if (address.Kind == DatabaseKind.Postgres)
        {
            var settings = new NpgsqlConnectionStringBuilder(address.Connection);
            if (settings.Timeout == 15)
                settings.Timeout = 5;
            _postgres = NpgsqlDataSource.Create(settings);
            return;
        }
        SystemSqlite.Use();
        _sqlite = new SqliteConnectionStringBuilder { DataSource = address.Connection, ForeignKeys = true, DefaultTimeout = 30, Pooling = true }.ToString();
    }

    public DatabaseAddress Address { get; }

    public DatabaseKind Kind => Address.Kind;

    /// <summary>Runs <paramref name="read"/> on a connection of its own, outside any transaction.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancel = default)
    {
        try
        {
            await using var connection = await OpenAsync(cancel);
            return await read(connection);
        }
        catch (Exception e) when (Explain(e) is not null)
        {
            throw Explain(e)!;
        }
    }

    /// <summary>Runs <paramref name="write"/> in one transaction: all of it is stored when this returns, and nothing when it throws.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer. (A server that dies during the commit itself leaves open whether it happened.)</exception>
    /// <exception cref="DuplicateKeyException">A unique key is taken.</exception>
    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancel = default)
    {
        var alone = Kind == DatabaseKind.Sqlite;
        if (alone)
            await _writer.WaitAsync(cancel);
        try
        {
            await using var connection = await OpenAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            try
            {
                var result = await write(connection, transaction);
                await transaction.CommitAsync(cancel);
                return result;
            }
            catch when (transaction is SqliteTransaction { Connection: not null } failed)
            {
                RollBack(failed);
                throw;
            }
        }
        catch (Exception e) when (Explain(e) is not null)
        {
            throw Explain(e)!;
        }
        finally
        {
            if (alone)
                _writer.Release();
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<DbConnection, DbTransaction, Task> write, CancellationToken cancel = default) =>
        WriteAsync(async (connection, transaction) =>
        {
            await write(connection, transaction);
            return true;
        }, cancel);

    /// <summary>An open connection for what must stay on one: <c>LISTEN</c>, advisory locks. The caller disposes of it.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancel = default)
    {
        try
        {
            return await OpenAsync(cancel);
        }
        catch (Exception e) when (Explain(e) is not null)
        {
            throw Explain(e)!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_sqlite is not null)
        {
            await using var connection = new SqliteConnection(_sqlite);
            SqliteConnection.ClearPool(connection);
        }
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancel)
    {
        if (_postgres is not null)
            return await _postgres.OpenConnectionAsync(cancel);
        MakeFile();
        var connection = new SqliteConnection(_sqlite);
        try
        {
            await connection.OpenAsync(cancel);
            await using var settings = connection.CreateCommand();
            // FULL: what was answered as stored survives a power cut, too.
            settings.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
            await settings.ExecuteNonQueryAsync(cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// With a full disk SQLite rolls back by itself. Its driver does not notice, would fail to do it again, and hide with that what had happened: so there is a
    /// transaction for it to end.
    /// </summary>
    private static void RollBack(SqliteTransaction transaction)
    {
        try
        {
            transaction.Rollback();
        }
        catch (SqliteException)
        {
            using var begin = transaction.Connection!.CreateCommand();
            begin.Transaction = transaction;
            begin.CommandText = "BEGIN";
            begin.ExecuteNonQuery();
            transaction.Rollback();
        }
    }

    /// <summary>The file and its folder, for nobody else to read: password hashes and keys are kept there.</summary>
    private void MakeFile()
    {
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (File.Exists(Address.Connection))
        {
            _found = true;
            return;
        }

        // What open connections still wrote to it would be lost with them.
        if (_found)
            throw new FileNotFoundException("it is gone; bring it back, or start again to begin with an empty one");
        var folder = Path.GetDirectoryName(Address.Connection)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }
        if (!Directory.Exists(folder))
            Directory.CreateDirectory(folder, file | UnixFileMode.UserExecute);

        // An empty file is an empty database. Its journals get the same mode.
        new FileStream(Address.Connection, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = file }).Dispose();
        _found = true;
    }

    /// <summary>Our exception for a driver's; null for what is a mistake in our own SQL or none of the driver's business.</summary>
    private DatabaseException? Explain(Exception e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } p => new DuplicateKeyException($"a row with this key exists already ({p.ConstraintName})", p),
        // 08: connection, 53: out of resources, 57: operator intervention, 28 and 3D: not let in.
        PostgresException p when p.SqlState[..2] is "08" or "53" or "57" or "28" or "3D" => Unavailable(p.MessageText, p),
        PostgresException p when p.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.ReadOnlySqlTransaction => Unavailable(p.MessageText, p),
        PostgresException => null,
        NpgsqlException n => Unavailable((n.InnerException ?? n).Message, n),
        // 1555 and 2067: primary key, unique.
        SqliteException { SqliteExtendedErrorCode: 1555 or 2067 } s => new DuplicateKeyException("a row with this key exists already", s),
        // BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB.
        SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 11 or 13 or 14 or 26 } s => Unavailable(SqliteProblem.Describe(s, Address.Connection), s),
        UnauthorizedAccessException u when Kind == DatabaseKind.Sqlite => Unavailable(SqliteProblem.Describe(u, Address.Connection), u),
        IOException when Kind == DatabaseKind.Sqlite => Unavailable(e.Message.TrimEnd('.'), e),
        _ => null,
    };

    private DatabaseUnavailableException Unavailable(string why, Exception inner) => new($"the database {Address} {(Kind == DatabaseKind.Sqlite ? "cannot be used" : "does not answer")}: {why}", inner);
}
