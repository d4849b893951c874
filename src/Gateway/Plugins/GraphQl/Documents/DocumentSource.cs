using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Plugins.GraphQl.Requests;

namespace Sluice.Gateway.Plugins.GraphQl.Documents;

/// <summary>Finds or reads the document of a request: sent, persisted or registered.</summary>
internal sealed class DocumentSource
{
    private readonly GraphQlConfig config;
    private readonly EntryStore<ParsedDocument> parsed;
    private readonly TimeProvider time;
    private readonly RegisteredDocuments? registered;
    private readonly PersistedDocuments? persisted;
    private readonly GraphQlMetrics metrics;

    public DocumentSource(GraphQlConfig config, GraphQlMetrics metrics, PluginSetup setup)
    {
        this.config = config;
        this.metrics = metrics;
        time = setup.Time;
        parsed = new EntryStore<ParsedDocument>(time, config.DocumentCacheBytes);
        if (config.PersistedQueries.Mode == "off") return;
        registered = RegisteredDocuments.Read(config.PersistedQueries, config.MaxTokens).Documents;
        if (config.PersistedQueries is { Mode: "automatic", MaxBytes: var bytes })
            persisted = setup.Shared.Get((setup.Middleware.Id, bytes), setup.Snapshot.Lease, () => new PersistedDocuments(time, bytes));
    }

    /// <summary>Documents may be referred to by the names that they are registered under.</summary>
    public bool HasNames => registered is { Count: > 0 };

    private bool IsClosed => registered is not null && persisted is null;

    /// <summary>The document, or why there is none. The text of a request that refers to one is filled in.</summary>
    public (ParsedDocument? Document, GraphQlRefusal? Refusal) Find(GraphQlRequest request)
    {
        if (request.Query is null)
        {
            if (registered is null) return (null, GraphQlRefusal.PersistedNotSupported);
            request.Query = registered.Find(request.Persisted!) ?? (request.IsHash ? persisted?.Find(request.Persisted, time.GetTimestamp())?.Text : null);
            metrics.Persisted(request.Query is not null);
            if (request.Query is null) return (null, IsClosed ? GraphQlRefusal.NotRegistered : GraphQlRefusal.PersistedNotFound);
        }

        var (document, problem) = Parse(request.Query);
        if (document is null) return (null, GraphQlRefusal.Of(problem!, "syntax", "GRAPHQL_PARSE_FAILED"));
        if (IsClosed && registered!.Find(document.Sha256) is null) return (null, GraphQlRefusal.NotRegistered);
        if (request.IsHash && registered is not null && request.Persisted != document.Sha256 && registered.Find(request.Persisted!) != document.Text)
            return (null, GraphQlRefusal.BadRequest("provided sha does not match query"));
        return (document, null);
    }

    /// <summary>Keeps the document of a request that has passed, if it was sent with its hash.</summary>
    public void Keep(GraphQlRequest request)
    {
        if (persisted is null || !request.IsHash || persisted.Find(request.Persisted, time.GetTimestamp()) is not null) return;
        var until = time.GetTimestamp() + (config.PersistedQueries.Ttl * time.TimestampFrequency);
        persisted.Put(new PersistedDocument { Key = request.Persisted!, Text = request.Query!, KeptUntil = until });
    }

    private (ParsedDocument? Document, GraphQlProblem? Problem) Parse(string text)
    {
        if (parsed.Find(text, time.GetTimestamp()) is { } known)
        {
            metrics.Read(known: true);
            return (known, null);
        }

        metrics.Read(known: false);
        var (document, problem) = GraphQlParser.Parse(text, config.MaxTokens);
        if (document is null) return (null, problem);
        var entry = new ParsedDocument(document) { Key = text, KeptUntil = long.MaxValue };
        parsed.Put(entry);
        return (entry, null);
    }
}
