using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.GraphQl.Documents;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.GraphQl;

/// <summary>What GraphQL operations may ask for.</summary>
internal sealed record GraphQlConfig : IChecked
{
    /// <summary>The largest body in bytes.</summary>
    [Between(1, 64 * 1024 * 1024)]
    public int MaxBodySize { get; init; } = 1024 * 1024;

    /// <summary>The most tokens in a document.</summary>
    [Between(1, 1_000_000)]
    public int MaxTokens { get; init; } = 10_000;

    /// <summary>The most fields inside each other, fragments put in; no limit when null. Documents that nest 100 levels by themselves are refused anyway.</summary>
    [Between(1, 200)]
    public int? MaxDepth { get; init; } = 15;

    /// <summary>The same below <c>__schema</c> and <c>__type</c>, which does not count as depth. The query of the usual tools needs 15.</summary>
    [Between(1, 200)]
    public int? MaxIntrospectionDepth { get; init; } = 15;

    /// <summary>The most fields, each times the lengths of the lists that it stands in; no limit when null. Of a batch, all together.</summary>
    [GreaterThan(0)]
    public double? MaxComplexity { get; init; } = 10_000;

    /// <summary>The most that the fields may cost, weighed by <c>field_costs</c> and <c>type_costs</c>; no limit when null. Of a batch, all together.</summary>
    [GreaterThan(0)]
    public double? MaxCost { get; init; }

    /// <summary>The most fields that are given another name.</summary>
    [Between(0, 100_000)]
    public int? MaxAliases { get; init; } = 30;

    /// <summary>The most fields that stand in the operation itself, not inside others.</summary>
    [Between(1, 100_000)]
    public int? MaxRootFields { get; init; } = 20;

    /// <summary>The most directives.</summary>
    [Between(0, 100_000)]
    public int? MaxDirectives { get; init; } = 50;

    /// <summary>The most fragments that a document defines.</summary>
    [Between(0, 100_000)]
    public int? MaxFragments { get; init; } = 50;

    /// <summary>The most operations that one request may bring as a JSON array; 0 refuses arrays.</summary>
    [Between(0, 1000)]
    public int MaxBatchSize { get; init; }

    /// <summary>Nothing is refused for one of the limits above: it is noted in the log and counted.</summary>
    public bool Shadow { get; init; }

    /// <summary>The arguments that say how long a list will be; a dot leads into an object, as in <c>page.size</c>.</summary>
    [Pattern("[_A-Za-z][_0-9A-Za-z]*(\\.[_A-Za-z][_0-9A-Za-z]*)*", "names, with dots between them"), Length(0, 50)]
    public IReadOnlyList<string> ListArguments { get; init; } = ["first", "last", "limit"];

    /// <summary>How long a list is taken to be that no argument says the length of; only where <c>schema</c> tells which fields are lists.</summary>
    [Between(1, 1_000_000)]
    public double DefaultListSize { get; init; } = 10;

    /// <summary>What a field costs that <c>field_costs</c> does not name.</summary>
    [Between(0, 1_000_000)]
    public double DefaultFieldCost { get; init; } = 1;

    /// <summary>What fields cost: <c>Type.field</c>, or <c>field</c> for those of any type. Types other than those of operations and fragments are known from <c>schema</c>.</summary>
    [Between(0, 1_000_000_000)]
    public IReadOnlyDictionary<string, double> FieldCosts { get; init; } = new Dictionary<string, double>();

    /// <summary>What each object of a type costs besides its fields; needs <c>schema</c>.</summary>
    [Between(0, 1_000_000_000)]
    public IReadOnlyDictionary<string, double> TypeCosts { get; init; } = new Dictionary<string, double>();

    /// <summary>The upstream's schema in GraphQL's schema language.</summary>
    public string? Schema { get; init; }

    /// <summary>Whether <c>__schema</c> and <c>__type</c> may be asked for.</summary>
    public bool Introspection { get; init; } = true;

    /// <summary>The types of operations that may be sent.</summary>
    [OneOf("query", "mutation", "subscription"), Length(1, 3), Unique]
    public IReadOnlyList<string> AllowedOperations { get; init; } = ["query", "mutation", "subscription"];

    /// <summary>Whether queries may be sent with GET. Mutations never may.</summary>
    public bool AllowGet { get; init; } = true;

    /// <summary>Clients whose Accept does not name application/graphql-response+json get refusals with status 200, as GraphQL over HTTP asks, in place of 400 and 403.</summary>
    public bool ErrorsWithStatus200 { get; init; }

    /// <summary>Documents that clients refer to in place of sending them.</summary>
    public GraphQlPersistedQueriesConfig PersistedQueries { get; init; } = new();

    /// <summary>How often operations may be sent.</summary>
    [Length(0, 100)]
    public IReadOnlyList<GraphQlRateLimitConfig> RateLimits { get; init; } = [];

    /// <summary>Where <c>rate_limits</c> are counted: <c>local</c> in this process, <c>redis</c> for all nodes that use the same server.</summary>
    [OneOf("local", "redis")]
    public string Strategy { get; init; } = "local";

    /// <summary>The server of <c>strategy: redis</c>.</summary>
    public AdvancedRedisConfig? Redis { get; init; }

    /// <summary>Bytes that documents which have been read may take, so that they need not be read again.</summary>
    [Between(0, 1024 * 1024 * 1024)]
    public long DocumentCacheBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many names of operations <c>/metrics</c> tells apart; further ones are counted as <c>other</c>.</summary>
    [Between(0, 10_000)]
    public int MaxOperationNames { get; init; } = 200;

    public void Check(Action<string, string> report)
    {
        if (Schema is not null && GraphQlSchemaParser.Parse(Schema).Problem is { } problem) report("schema", problem.ToString());
        if (TypeCosts.Count > 0 && Schema is null) report("type_costs", "needs 'schema', which says of which type fields are");
        foreach (var name in FieldCosts.Keys)
            if (name.Split('.').Length > 2) report("field_costs", $"'{name}' is neither Type.field nor field");
        if (Strategy is "redis" && Redis?.Host is null) report("redis.host", "required field missing: strategy is redis");
        for (var i = 0; i < RateLimits.Count; i++)
            if (RateLimits[i] is { Identifier: "header", HeaderName: null }) report($"rate_limits[{i}].header_name", "required field missing: the identifier is header");
        if (PersistedQueries.Mode != "off" && RegisteredDocuments.Read(PersistedQueries, MaxTokens) is { Documents: null } wrong) report("persisted_queries." + wrong.Field, wrong.Problem);
        if (PersistedQueries is { Mode: "registered", File: null, Documents.Count: 0 }) report("persisted_queries", "registered needs 'documents' or 'file'");
    }
}

/// <summary>Documents that clients refer to in place of sending them.</summary>
internal sealed record GraphQlPersistedQueriesConfig
{
    /// <summary>
    /// <c>automatic</c>: clients send a document with its SHA-256 once and then only that (Apollo's protocol). <c>registered</c>: nothing but the documents
    /// named here is let through, by SHA-256, by name or as text.
    /// </summary>
    [OneOf("off", "automatic", "registered")]
    public string Mode { get; init; } = "off";

    /// <summary>The registered documents by name.</summary>
    public IReadOnlyDictionary<string, string> Documents { get; init; } = new Dictionary<string, string>();

    /// <summary>A JSON file of more: an object of documents by name, or the manifest that Apollo's tools write.</summary>
    public string? File { get; init; }

    /// <summary>Bytes that the documents of clients may take with <c>automatic</c>.</summary>
    [Between(1024, 1024 * 1024 * 1024)]
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Seconds that a document is kept.</summary>
    [Between(1, 31_536_000)]
    public int Ttl { get; init; } = 86_400;
}

/// <summary>How often operations of a kind may be sent. An operation counts under every limit that it fits.</summary>
internal sealed record GraphQlRateLimitConfig
{
    /// <summary>Those of this name; all when absent. Clients name operations as they like, unless only registered ones are let through.</summary>
    public string? Operation { get; init; }

    /// <summary>Those of this type; all when absent.</summary>
    [OneOf("query", "mutation", "subscription")]
    public string? Type { get; init; }

    /// <summary>Those that ask for this field of the operation's own type; all when absent.</summary>
    public string? RootField { get; init; }

    /// <summary>Operations per window.</summary>
    [Required, GreaterThan(0)]
    public double Limit { get; init; }

    /// <summary>Seconds that the window lasts.</summary>
    [Between(0.001, 31_622_400)]
    public double WindowSize { get; init; } = 60;

    /// <summary>How operations are weighed, as in rate-limiting-advanced.</summary>
    [OneOf("fixed", "sliding", "token-bucket")]
    public string WindowType { get; init; } = "sliding";

    /// <summary>What an operation counts as: 1, or its <c>cost</c>.</summary>
    [OneOf("operations", "cost")]
    public string Counts { get; init; } = "operations";

    /// <summary>Whose operations are counted together. Where a request has no such thing, its client address stands in.</summary>
    [OneOf("ip", "credential", "consumer", "service", "header", "consumer-group", "tenant")]
    public string Identifier { get; init; } = "consumer";

    /// <summary>The field whose value is the caller, with identifier <c>header</c>.</summary>
    [Pattern("[A-Za-z0-9_-]+", "a header name of A-Z, a-z, 0-9, _ and -")]
    public string? HeaderName { get; init; }
}
