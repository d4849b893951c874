using System.Data.Common;
using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>The databases that nodes use: their connections are pooled for the whole engine.</summary>
public sealed class OutgoingDatabases : IDisposable
{
    private const int MostPools = 256;

    private readonly OpenServers<PostgresConnection, NpgsqlDataSource> _pools = new(MostPools, static f => NpgsqlDataSource.Create(Settings(f)));

    /// <summary>Addresses that are used even where only public ones may be.</summary>
    public Func<IPAddress, bool> Allowed { get; init; } = static _ => false;

    internal async ValueTask<DbConnection> OpenAsync(PostgresConnection fields, bool guarded, TimeSpan patience, CancellationToken cancel)
    {
        if (guarded) fields = fields with { Host = await PublicAddress.OfAsync(fields.Host, Allowed, cancel) };
        var pool = _pools.Find(fields);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        source.CancelAfter(patience);
        try
        {
            return await pool.OpenConnectionAsync(source.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new NodeException($"the database did not answer within {patience.TotalSeconds} seconds", e);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new NodeException($"the database {fields.Host}:{fields.Port} does not answer: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    internal async ValueTask<DbConnection> OpenAsync(SqliteFileConnection fields, TimeSpan patience, CancellationToken cancel)
    {
        SystemSqlite.Use();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = fields.File,
            Mode = fields.ReadOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = (int)Math.Ceiling(patience.TotalSeconds),
            ForeignKeys = true,
            Pooling = true,
        }.ToString());
        try
        {
            await connection.OpenAsync(cancel);
            return connection;
        }
        catch (SqliteException e)
        {
            await connection.DisposeAsync();
            throw new NodeException($"the file {fields.File} cannot be opened as a database: {e.Message}", e) { Retryable = false };
        }
    }

    public void Dispose() => _pools.Dispose();

    private static NpgsqlConnectionStringBuilder Settings(PostgresConnection f) => new()
    {
        Host = f.Host,
        Port = f.Port,
        Database = f.Database,
        Username = f.User,
        Password = f.Password,
        SslMode = f.Ssl switch { "disable" => SslMode.Disable, "prefer" => SslMode.Prefer, "require" => SslMode.Require, _ => SslMode.VerifyFull },
        MaxPoolSize = f.MaxConnections,
        ConnectionIdleLifetime = 60,
        // Names and plans of statements would be those of another session behind a pooler.
        MaxAutoPrepare = 0,
        ApplicationName = "sluice",
        IncludeErrorDetail = false,
    };
}
