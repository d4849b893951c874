using System.Collections.Frozen;
using System.Text.Json;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.GraphQl.Documents;

/// <summary>The texts of documents by the SHA-256 under which clients have sent them, up to a number of bytes.</summary>
internal sealed class PersistedDocuments(TimeProvider time, long budget) : EntryStore<PersistedDocument>(time, budget);

/// <summary>A text that a client has sent with its hash.</summary>
internal sealed class PersistedDocument : CacheEntry
{
    public required string Text { get; init; }

    protected override long Measure() => 300 + (2L * Text.Length);
}

/// <summary>The documents that operators have registered, by name and by SHA-256.</summary>
internal sealed class RegisteredDocuments
{
    private const long MaxFile = 64L * 1024 * 1024;

    private readonly FrozenDictionary<string, string> byKey;

    private RegisteredDocuments(Dictionary<string, string> byKey) => this.byKey = byKey.ToFrozenDictionary(StringComparer.Ordinal);

    public int Count => byKey.Count;

    public string? Find(string key) => byKey.GetValueOrDefault(key);

    /// <summary>Reads what a configuration names. Each document must be one.</summary>
    public static (RegisteredDocuments? Documents, string Field, string Problem) Read(GraphQlPersistedQueriesConfig config, int maxTokens)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        var named = config.Documents.Select(d => (Field: "documents." + d.Key, d.Key, Text: d.Value)).ToList();
        if (config.File is { } file)
        {
            var (listed, problem) = ReadFile(file);
            if (problem is not null) return (null, "file", problem);
            named.AddRange(listed.Select(d => (Field: "file", d.Key, d.Text)));
        }

        foreach (var (field, key, text) in named)
        {
            if (GraphQlParser.Parse(text, maxTokens).Problem is { } wrong) return (null, field, $"'{key}': {wrong}");
            if (!all.TryAdd(key, text)) return (null, field, $"'{key}' is registered twice");
            all.TryAdd(ParsedDocument.HashOf(text), text);
        }

        return (new RegisteredDocuments(all), "", "");
    }

    /// <summary>An object of texts by name, or Apollo's manifest: <c>{"operations": [{"id", "body"}]}</c>.</summary>
    private static (List<(string Key, string Text)> Documents, string? Problem) ReadFile(string path)
    {
        var found = new List<(string, string)>();
        try
        {
            if (new FileInfo(path).Length > MaxFile) return (found, $"'{path}' is larger than {MaxFile >> 20} MiB");
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object) return (found, $"'{path}' must hold a JSON object");
            if (json.RootElement.TryGetProperty("operations", out var operations) && operations.ValueKind == JsonValueKind.Array)
            {
                foreach (var operation in operations.EnumerateArray())
                {
                    if (operation.ValueKind != JsonValueKind.Object || Text(operation, "id") is not { } id || Text(operation, "body") is not { } body)
                        return (found, $"'{path}': each of 'operations' must have 'id' and 'body'");
                    found.Add((id, body));
                }

                return (found, null);
            }

            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.String) return (found, $"'{path}': '{member.Name}' must be a string");
                found.Add((member.Name, member.Value.GetString()!));
            }

            return (found, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return (found, $"'{path}' cannot be read: {e.Message}");
        }
    }

    private static string? Text(JsonElement operation, string name) =>
        operation.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
