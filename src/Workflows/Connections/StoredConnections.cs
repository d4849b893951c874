using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Connections;

/// <summary>What a list says of a connection: everything but what it holds.</summary>
/// <param name="Shared">Whether runs of every tenant may use it.</param>
/// <param name="CreatedAt">Milliseconds since 1970, as all times here.</param>
public sealed record StoredConnection(string Id, string Name, string Kind, string Tenant, bool Shared, string CreatedBy, long CreatedAt, long UpdatedAt);

/// <summary>How an attempt to write a connection ended.</summary>
/// <param name="Connection">As it stands now; null when <paramref name="Problems"/> say why not.</param>
/// <param name="Created">Whether there was none before.</param>
public sealed record ConnectionWrite(StoredConnection? Connection, bool Created, IReadOnlyList<Problem> Problems);

/// <summary>The connections of a gateway, encrypted in its database. A field may be a reference to a secret kept elsewhere, which is looked up at each use.</summary>
/// <param name="keys">What they are encrypted with: asked for at the first use, so that who has no connections needs no key.</param>
/// <param name="vaults">The secret that a reference (<c>{vault://env/NAME}</c>) leads to; may block. Null where none may be used.</param>
public sealed class StoredConnections(Database database, Func<EncryptionKeys> keys, Func<string, SecretLookup>? vaults, TimeProvider time) : ConnectionSource, IDisposable
{
    private const string Columns =
        "id AS Id, name AS Name, kind AS Kind, tenant AS Tenant, shared AS Shared, created_by AS CreatedBy, created_at AS CreatedAt, updated_at AS UpdatedAt";

    private static readonly Migration[] Schema =
    [
        new(1, "connections", """
            CREATE TABLE connections (
                id {text} NOT NULL PRIMARY KEY,
                tenant {text} NOT NULL,
                name {text} NOT NULL,
                kind {text} NOT NULL,
                shared int NOT NULL DEFAULT 0,
                fields {bytes} NOT NULL,
                created_by {text} NOT NULL,
                created_at bigint NOT NULL,
                updated_at bigint NOT NULL,
                UNIQUE (tenant, name))
            """),
    ];

    private const int MostRead = 10_000;

    /// <summary>How long a connection is used before it is read again: so long other nodes may not notice that it has changed.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string Tenant, string Name), (Connection Connection, DateTimeOffset Until)> _read = new();
    private readonly ComponentDatabase _database = new(database, "connections", Schema, time);
    private readonly Lazy<ConnectionCipher> _cipher = new(() => new ConnectionCipher(keys()), LazyThreadSafetyMode.PublicationOnly);

    internal ConnectionCipher Cipher => _cipher.Value;

    /// <summary>The connections, by name.</summary>
    /// <param name="tenant">Whose; null for everybody's.</param>
    public async Task<(IReadOnlyList<StoredConnection> Connections, long Total)> ListAsync(string? tenant, int skip, int take, CancellationToken cancel) => await _database.ReadAsync(async c =>
    {
        var rows = await c.QueryAsync<Row>($"SELECT {Columns} FROM connections WHERE @tenant IS NULL OR tenant = @tenant ORDER BY name, tenant LIMIT @take OFFSET @skip", new { tenant, take, skip });
        return ((IReadOnlyList<StoredConnection>)[.. rows.Select(r => r.ToConnection())], await c.ExecuteScalarAsync<long>("SELECT count(*) FROM connections WHERE @tenant IS NULL OR tenant = @tenant", new { tenant }));
    }, cancel);

    /// <summary>By id, or by name among one tenant's.</summary>
    public async Task<StoredConnection?> GetAsync(string idOrName, string tenant, CancellationToken cancel) => (await RowAsync(idOrName, tenant, cancel))?.ToConnection();

    /// <summary>Its fields, the secret ones masked.</summary>
    /// <exception cref="InvalidDataException">They cannot be read: another key, or another program.</exception>
    public async Task<JsonObject?> MaskedAsync(string idOrName, string tenant, CancellationToken cancel)
    {
        if (await RowAsync(idOrName, tenant, cancel) is not { } row) return null;
        var fields = (JsonObject)JsonNode.Parse(Decrypt(row))!;
        RecordSecrets.Hide(KindOf(row).Record, fields, new RecordWriter());
        return fields;
    }

    /// <summary>Makes a connection, or changes the one of that name: fields that are not given, or given as the mask, stay as they are.</summary>
    /// <param name="tenant">Whose it is; empty for the operator's own.</param>
    /// <param name="shared">Whether every tenant's runs may use it; null leaves that as it is.</param>
    /// <param name="mayRefer">Whether it may lead to secrets and files of the gateway: only for who may read those anyway.</param>
    /// <param name="by">Who writes it.</param>
    public async Task<ConnectionWrite> PutAsync(string name, string tenant, ConnectionKind kind, MapNode fields, bool? shared, bool mayRefer, string by, CancellationToken cancel)
    {
        var about = $"connection \"{name}\"";
        var existing = await RowAsync(name, tenant, cancel);
        if (existing is not null)
        {
            if (!string.Equals(existing.Kind, kind.Name, StringComparison.Ordinal))
                return Refuse(about, "kind", $"the connection '{name}' is of the kind {existing.Kind}: delete it first, or choose another name");
            fields = RecordMerge.Apply(kind.Record, ConnectionKind.Parse(Decrypt(existing)), WithoutMasks(fields));
        }

        var problems = new List<Problem>();
        if (kind.IsLocal && !mayRefer) problems.Add(new Problem(default, about, "kind", $"connections of the kind {kind.Name} may be made only by somebody without limits"));
        var record = kind.Read(WithUnknowns(fields), about, problems);
        if (record is not null && !mayRefer && Strings(record).Any(SecretReference.IsMeant))
            problems.Add(new Problem(default, about, "fields", "references to secrets ({vault://...}) may be written only by somebody without limits"));
        if (record is null || problems.Count > 0) return new(null, false, problems);

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var id = existing?.Id ?? Guid.NewGuid().ToString();
        var row = new Row
        {
            Id = id, Name = existing?.Name ?? name, Kind = kind.Name, Tenant = tenant, Shared = shared ?? existing?.IsShared ?? false ? 1 : 0, CreatedBy = existing?.CreatedBy ?? by,
            CreatedAt = existing?.CreatedAt ?? now, UpdatedAt = now, Fields = Cipher.Encrypt(Write(record), tenant, id),
        };
        try
        {
            await _database.WriteAsync((c, t) => c.ExecuteAsync(
                """
                INSERT INTO connections (id, tenant, name, kind, shared, fields, created_by, created_at, updated_at)
                VALUES (@Id, @Tenant, @Name, @Kind, @Shared, @Fields, @CreatedBy, @CreatedAt, @UpdatedAt)
                ON CONFLICT (id) DO UPDATE SET shared = excluded.shared, fields = excluded.fields, updated_at = excluded.updated_at
                """, row, t), cancel);
        }
        catch (DuplicateKeyException)
        {
            return Refuse(about, "name", $"somebody else has just made a connection '{name}'");
        }

        _read.Clear();
        return new(row.ToConnection(), existing is null, []);
    }

    /// <returns>Whether there was such a connection.</returns>
    public async Task<bool> DeleteAsync(string idOrName, string tenant, CancellationToken cancel)
    {
        var deleted = await _database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM connections WHERE tenant = @tenant AND (id = @idOrName OR name = @idOrName)", new { idOrName, tenant }, t), cancel);
        _read.Clear();
        return deleted > 0;
    }

    /// <summary>Encrypts everything with the current key that is not.</summary>
    /// <returns>How many there were, and the names of those that cannot be read.</returns>
    public async Task<(int Changed, IReadOnlyList<string> Unreadable)> EncryptAgainAsync(CancellationToken cancel)
    {
        var rows = await _database.ReadAsync(async c => (await c.QueryAsync<Row>($"SELECT {Columns}, fields AS Fields FROM connections")).ToList(), cancel);
        var (changed, unreadable) = (0, new List<string>());
        foreach (var row in rows.Where(r => !Cipher.IsCurrent(r.Fields)))
        {
            if (Cipher.Decrypt(row.Fields, row.Tenant, row.Id).Text is not { } text)
            {
                unreadable.Add(row.Name);
                continue;
            }

            // Not if somebody has changed it since it was read: then it has the current key already.
            changed += await _database.WriteAsync((c, t) => c.ExecuteAsync(
                "UPDATE connections SET fields = @again WHERE id = @Id AND fields = @Fields", new { row.Id, row.Fields, again = Cipher.Encrypt(text, row.Tenant, row.Id) }, t), cancel);
        }

        return (changed, unreadable);
    }

    public override async ValueTask<Connection?> FindAsync(string name, string tenant, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (_read.TryGetValue((tenant, name), out var known) && now < known.Until) return known.Connection;
        try
        {
            var row = await RowAsync(name, tenant, cancel);
            if (row is null && tenant.Length > 0) row = await RowAsync(name, "", cancel) is { IsShared: true } shared ? shared : null;
            if (row is null) return null;
            var kind = KindOf(row);
            // A vault may take its time, and the caller may be an event loop.
            var fields = await Task.Run(() => Resolve(Decrypt(row), row.Name), cancel);
            var connection = new Connection(row.Id, row.Name, kind, kind.Read(fields, row.Name), row.Tenant);
            if (_read.Count > MostRead) _read.Clear();
            _read[(tenant, name)] = (connection, now + Memory);
            return connection;
        }
        catch (Exception e) when (e is DatabaseException or InvalidDataException)
        {
            throw new NodeException(e.Message, e) { Retryable = e is DatabaseException };
        }
    }

    internal override async ValueTask UpdateAsync(Connection connection, MapNode changes, CancellationToken cancel)
    {
        for (var changed = 0; changed == 0;)
        {
            if (await RowAsync(connection.Id, connection.Tenant, cancel) is not { } row) return;
            // What was stored, not what was read from it: a reference stays one.
            var merged = RecordMerge.Apply(connection.Kind.Record, ConnectionKind.Parse(Decrypt(row)), changes);
            var again = Cipher.Encrypt(JsonSerializer.SerializeToUtf8Bytes(merged.ToJson()), row.Tenant, row.Id);
            changed = await _database.WriteAsync((c, t) => c.ExecuteAsync(
                "UPDATE connections SET fields = @again, updated_at = @now WHERE id = @Id AND fields = @Fields", new { row.Id, row.Fields, again, now = time.GetUtcNow().ToUnixTimeMilliseconds() }, t), cancel);
        }

        _read.Clear();
    }

    public void Dispose() => _database.Dispose();

    private Task<Row?> RowAsync(string idOrName, string tenant, CancellationToken cancel) => _database.ReadAsync(c => c.QueryFirstOrDefaultAsync<Row?>(
        $"SELECT {Columns}, fields AS Fields FROM connections WHERE tenant = @tenant AND (id = @idOrName OR name = @idOrName) ORDER BY name = @idOrName DESC", new { idOrName, tenant }), cancel);

    private byte[] Decrypt(Row row)
    {
        var (text, problem) = Cipher.Decrypt(row.Fields, row.Tenant, row.Id);
        return text ?? throw new InvalidDataException($"the connection '{row.Name}' {problem}");
    }

    private byte[] Resolve(byte[] json, string name)
    {
        if (json.AsSpan().IndexOf("{vault://"u8) < 0) return json;
        var fields = (JsonObject)JsonNode.Parse(json)!;
        Resolve(fields, name);
        return JsonSerializer.SerializeToUtf8Bytes(fields);
    }

    private void Resolve(JsonObject fields, string name)
    {
        foreach (var (field, value) in fields.ToList())
        {
            if (value is JsonObject map) Resolve(map, name);
            if (value is not JsonValue text || !text.TryGetValue<string>(out var written) || !SecretReference.IsMeant(written)) continue;
            var found = vaults?.Invoke(written) ?? SecretLookup.Missing("references lead nowhere here");
            fields[field] = found.Value ?? throw new InvalidDataException($"the connection '{name}': {field}: {written}: {found.Problem}");
        }
    }

    private static ConnectionKind KindOf(Row row) => ConnectionKinds.Find(row.Kind) ?? throw new InvalidDataException($"the connection '{row.Name}' is of a kind that this program does not know: {row.Kind}");

    private static ConnectionWrite Refuse(string about, string field, string message) => new(null, false, [new Problem(default, about, field, message)]);

    private static byte[] Write(ConnectionFields record)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) new RecordWriter().Write(json, record);
        return stream.ToArray();
    }

    private static MapNode WithoutMasks(MapNode fields) => new(fields.Place, [.. fields.Entries.Where(e => e.Value is not ScalarNode { Text: RecordSecrets.Mask })]);

    /// <summary>What a reference leads to is known only when it is used: no rule can judge it now.</summary>
    private static MapNode WithUnknowns(MapNode fields) => new(fields.Place, [.. fields.Entries.Select(e => e.Value is ScalarNode { Text: var text } && SecretReference.IsMeant(text)
        ? e with { Value = new ScalarNode(e.Value.Place, ScalarKind.String, text) { Opaque = true } }
        : e)]);

    private static IEnumerable<string> Strings(ConnectionFields record) => RecordPlan.For(record.GetType()).Fields.SelectMany(f => f.Get(record) switch
    {
        string text => [text],
        IReadOnlyDictionary<string, string> map => map.Values,
        _ => Enumerable.Empty<string>(),
    });

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Name { get; init; } = "";

        public string Kind { get; init; } = "";

        public string Tenant { get; init; } = "";

        public long Shared { get; init; }

        public byte[] Fields { get; init; } = [];

        public string CreatedBy { get; init; } = "";

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }

        public bool IsShared => Shared != 0;

        public StoredConnection ToConnection() => new(Id, Name, Kind, Tenant, IsShared, CreatedBy, CreatedAt, UpdatedAt);
    }
}
