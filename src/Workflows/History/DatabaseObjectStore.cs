using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Workflows.History;

/// <summary>An object store in the database of the runs, for nodes that share one and have no other place in common.</summary>
/// <param name="database">Its tables are those of the runs: nothing is read or written before the engine has started.</param>
public sealed class DatabaseObjectStore(Database database) : ObjectStore
{
    public override async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancel) => await database.WriteAsync((c, t) => c.ExecuteAsync(new CommandDefinition(
        "INSERT INTO workflow_objects (key, content) VALUES (@key, @content) ON CONFLICT (key) DO UPDATE SET content = excluded.content", new { key, content = content.ToArray() }, t, cancellationToken: cancel)), cancel);

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string key, CancellationToken cancel) => await database.ReadAsync(
        c => c.QueryFirstOrDefaultAsync<byte[]?>(new CommandDefinition("SELECT content FROM workflow_objects WHERE key = @key", new { key }, cancellationToken: cancel)), cancel) is { } content ? content : null;

    public override async ValueTask DeleteAsync(string prefix, CancellationToken cancel) => await database.WriteAsync((c, t) => c.ExecuteAsync(new CommandDefinition(
        // The character after the last of all that a key may have.
        "DELETE FROM workflow_objects WHERE key >= @prefix AND key < @end", new { prefix, end = prefix + '~' }, t, cancellationToken: cancel)), cancel);
}
