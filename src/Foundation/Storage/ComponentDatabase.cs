using System.Data.Common;

namespace Sluice.Foundation.Storage;

/// <summary>
/// The database as one component (releases, identity, audit, ...) uses it: its tables are brought up to date before the first use, however late after the
/// start of the program the database answers.
/// </summary>
public sealed class ComponentDatabase(Database database, string component, IReadOnlyList<Migration> steps, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _preparing = new(1);
    private volatile bool _ready;

    public DatabaseKind Kind => database.Kind;

    /// <summary>Brings the tables up to date, once.</summary>
    /// <exception cref="NewerSchemaException">A newer program has been here.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task PrepareAsync(CancellationToken cancel = default)
    {
        if (_ready)
            return;
        await _preparing.WaitAsync(cancel);
        try
        {
            if (!_ready)
                await Migrations.RunAsync(database, component, steps, time, cancel);
            _ready = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <inheritdoc cref="Database.ReadAsync"/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancel = default)
    {
        await PrepareAsync(cancel);
        return await database.ReadAsync(read, cancel);
    }

    /// <inheritdoc cref="Database.WriteAsync{T}"/>
    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancel = default)
    {
        await PrepareAsync(cancel);
        return await database.WriteAsync(write, cancel);
    }

    public void Dispose() => _preparing.Dispose();
}
