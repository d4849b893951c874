namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>What a schema says of types that have fields: the fields' own types, and where operations begin. Immutable.</summary>
internal sealed class GraphQlSchema
{
    private readonly IReadOnlyDictionary<string, Dictionary<string, GraphQlType>> types;
    private readonly string?[] roots;

    public GraphQlSchema(IReadOnlyDictionary<string, Dictionary<string, GraphQlType>> types, string?[] roots)
    {
        this.types = types;
        this.roots = roots;
    }

    /// <summary>What is taken for granted where no schema is known: how operations' types are usually named.</summary>
    public static GraphQlSchema Unknown { get; } = new(new Dictionary<string, Dictionary<string, GraphQlType>>(), ["Query", "Mutation", "Subscription"]);

    /// <summary>Object types and interfaces.</summary>
    public IEnumerable<string> Types => types.Keys;

    /// <summary>The type that operations begin at; null when there are no such.</summary>
    public string? RootOf(GraphQlOperationType operation) => roots[(int)operation];

    /// <summary>The type of a field; null when it is not known.</summary>
    public GraphQlType? TypeOf(string? type, string field) => type is not null && types.TryGetValue(type, out var fields) ? fields.GetValueOrDefault(field) : null;

    public bool HasType(string name) => types.ContainsKey(name);
}
