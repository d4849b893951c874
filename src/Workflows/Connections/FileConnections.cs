using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections;

/// <summary>Connections of a file, for a workflow that is tried out without a gateway: a list of <c>name</c>, <c>kind</c> and <c>fields</c>.</summary>
public sealed class FileConnections : ConnectionSource
{
    private readonly Dictionary<string, Connection> _byName;

    private FileConnections(Dictionary<string, Connection> byName) => _byName = byName;

    /// <summary>The connections, or null when the file has problems.</summary>
    /// <param name="file">What problems call it.</param>
    public static FileConnections? Read(string file, ReadOnlySpan<byte> content, DocumentFormat format, ICollection<Problem> problems)
    {
        var (root, unreadable) = DocumentParser.Parse(file, content, format);
        if (unreadable is not null) problems.Add(unreadable);
        var list = root switch { ListNode l => l, MapNode map when map["connections"] is ListNode l => l, _ => null };
        if (list is null && unreadable is null) problems.Add(new Problem(root!.Place, "document", "", "expected a list of connections: name, kind, fields"));
        var byName = new Dictionary<string, Connection>(StringComparer.Ordinal);
        foreach (var node in list?.Items ?? [])
        {
            if (node is not MapNode map || RecordBinder.Bind(typeof(Entry), map, new Binding("connection", problems) { Skipped = new HashSet<string>(["fields"]) }) is not Entry entry)
            {
                if (node is not MapNode) problems.Add(new Problem(node.Place, "connection", "", $"expected name, kind and fields, not {node.Describe()}"));
                continue;
            }

            var about = $"connection \"{entry.Name}\"";
            if (ConnectionKinds.Find(entry.Kind) is not { } kind) problems.Add(new Problem(map["kind"]!.Place, about, "kind", $"there is no kind '{entry.Kind}'{ConnectionKinds.DidYouMean(entry.Kind)}"));
            else if (kind.Read(map["fields"] as MapNode ?? new MapNode(map.Place, []), about, problems) is { } fields && !byName.TryAdd(entry.Name, new Connection(entry.Name, entry.Name, kind, fields)))
                problems.Add(new Problem(map.Place, about, "name", "stands there twice"));
        }

        return problems.Count == 0 ? new(byName) : null;
    }

    public override ValueTask<Connection?> FindAsync(string name, string tenant, CancellationToken cancel) => new(_byName.GetValueOrDefault(name));

    private sealed record Entry
    {
        [Required]
        public string Name { get; init; } = "";

        [Required]
        public string Kind { get; init; } = "";
    }
}
