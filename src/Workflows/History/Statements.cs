using System.Data.Common;

namespace Sluice.Workflows.History;

/// <summary>Many statements of few kinds in one transaction, as cheaply as the engine allows: prepared and run one by one in SQLite, sent together to PostgreSQL.</summary>
internal abstract class Statements : IAsyncDisposable
{
    public static Statements Create(DbConnection connection, DbTransaction transaction) =>
        connection.CanCreateBatch ? new Sent(connection, transaction) : new Prepared(connection, transaction);

    public abstract ValueTask RunAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments);

    public virtual ValueTask FinishAsync() => default;

    public abstract ValueTask DisposeAsync();

    private static void Add(DbParameterCollection parameters, Func<DbParameter> create, string name, object? value)
    {
        var parameter = create();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        parameters.Add(parameter);
    }

    private sealed class Prepared(DbConnection connection, DbTransaction transaction) : Statements
    {
        private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

        public override ValueTask RunAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments)
        {
            if (!_commands.TryGetValue(sql, out var command))
            {
                command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = sql;
                foreach (var (name, value) in arguments) Add(command.Parameters, command.CreateParameter, name, value);
                command.Prepare();
                _commands[sql] = command;
            }

            for (var i = 0; i < arguments.Length; i++) command.Parameters[i].Value = arguments[i].Value ?? DBNull.Value;
            // SQLite does everything on the calling thread anyway.
            command.ExecuteNonQuery();
            return default;
        }

        public override async ValueTask DisposeAsync()
        {
            foreach (var command in _commands.Values) await command.DisposeAsync();
        }
    }

    private sealed class Sent(DbConnection connection, DbTransaction transaction) : Statements
    {
        private readonly DbBatch _batch = Open(connection, transaction);

        public override ValueTask RunAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments)
        {
            var command = _batch.CreateBatchCommand();
            command.CommandText = sql;
            foreach (var (name, value) in arguments) Add(command.Parameters, command.CreateParameter, name, value);
            _batch.BatchCommands.Add(command);
            return default;
        }

        public override async ValueTask FinishAsync()
        {
            if (_batch.BatchCommands.Count > 0) await _batch.ExecuteNonQueryAsync();
        }

        public override ValueTask DisposeAsync() => _batch.DisposeAsync();

        private static DbBatch Open(DbConnection connection, DbTransaction transaction)
        {
            var batch = connection.CreateBatch();
            batch.Transaction = transaction;
            return batch;
        }
    }
}
