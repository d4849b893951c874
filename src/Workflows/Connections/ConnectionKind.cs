using System.Text.Json.Nodes;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections;

/// <summary>One kind of connection.</summary>
/// <param name="Name">As documents say it: <c>basic-auth</c>.</param>
/// <param name="Summary">One sentence for lists.</param>
/// <param name="Record">The record of its fields.</param>
public sealed record ConnectionKind(string Name, string Summary, Type Record)
{
    private static readonly ReadLimits Limits = new() { Bytes = 256 * 1024, Depth = 16 };

    /// <summary>The names under which n8n knows it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>It leads to files of this machine: only somebody without limits may make one.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Where the service wants its token; for kinds whose fields are a token.</summary>
    internal TokenPlace Token { get; init; } = TokenPlace.Bearer;

    /// <summary>JSON Schema of its fields, for forms and editors.</summary>
    public JsonObject Schema()
    {
        var schema = new JsonSchema();
        return schema.Finish(schema.Record(Record));
    }

    /// <summary>The record, or null when it has errors.</summary>
    /// <param name="objectName">The connection as a person names it.</param>
    public ConnectionFields? Read(MapNode fields, string objectName, ICollection<Problem> problems, string below = "fields") =>
        (ConnectionFields?)RecordBinder.Bind(Record, fields, new Binding(objectName, problems, below));

    /// <summary>The record of stored fields, which were checked when they were stored.</summary>
    /// <exception cref="InvalidDataException">They do not fit this program.</exception>
    internal ConnectionFields Read(ReadOnlySpan<byte> json, string name)
    {
        var problems = new List<Problem>();
        var (root, unreadable) = DocumentParser.Parse("fields", json, DocumentFormat.Json, Limits);
        return (unreadable is null && root is MapNode map ? Read(map, name, problems) : null)
            ?? throw new InvalidDataException($"the stored fields of the connection '{name}' do not fit the kind {Name}: {(problems.Count > 0 ? $"{problems[0].Field}: {problems[0].Message}" : "they are no object")}");
    }

    /// <summary>The fields as a document.</summary>
    internal static MapNode Parse(ReadOnlySpan<byte> json) => DocumentParser.Parse("fields", json, DocumentFormat.Json, Limits).Root as MapNode ?? new MapNode(default, []);

    public bool Equals(ConnectionKind? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
