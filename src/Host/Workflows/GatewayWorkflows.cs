using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Http1;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>The workflows of the gateway: checks and compiles those of a configuration, and runs them.</summary>
internal sealed partial class GatewayWorkflows : RouteHandlers, IAsyncDisposable
{
    private static readonly ConditionalWeakTable<WorkflowConfig, Compilation> Compilations = [];

    private readonly NodeServices _services;
    private readonly WorkflowEngine _engine;
    private readonly WorkflowMetrics _metrics = new();
    private readonly bool _stores;
    private readonly string _publicUrl;
    private readonly ILogger _log;

    /// <param name="database">Where runs are stored; null where the gateway has none.</param>
    /// <param name="payloads">The folder for what is too big for a database in a file, and for files, where the settings name no other place; nodes that share a database keep it there.</param>
    /// <param name="works">Whether this node goes on with runs that others left behind.</param>
    /// <param name="settings">Limits, and where callers reach the gateway.</param>
    /// <param name="connections">What nodes authorise themselves with.</param>
    /// <param name="transport">What moves the bytes of calls without TLS.</param>
    public GatewayWorkflows(Database? database, string payloads, bool works, Settings.WorkflowRunSettings settings, ConnectionSource connections, Transport transport, TimeProvider time, ILogger log)
    {
        _log = log;
        _publicUrl = settings.PublicUrl;
        _stores = database is not null;
        var variables = new JsObject();
        foreach (var name in settings.VisibleVariables)
            if (Environment.GetEnvironmentVariable(name) is { } value) variables.Set(name, value);
        _services = new NodeServices { Environment = variables, Variables = variables, Time = time, Objects = Objects(database, payloads, settings), Connections = connections, Http = new OutgoingHttp { Plain = lookup => new Http1Caller(transport, lookup, time) } };
        _engine = new WorkflowEngine(new EngineOptions
        {
            Database = database,
            Services = _services,
            Node = database is null ? null : GatewayNode.Id,
            TakesOver = works,
            Queue = settings.Queue,
            ConcurrentRuns = settings.ConcurrentRuns,
            ConcurrentRunsPerTenant = settings.ConcurrentRunsPerTenant,
            MostTakeovers = settings.MostTakeovers,
        });
        Calls = new WorkflowCallsHandler(_engine, _services);
        _engine.Watch += _metrics.Add;
        _engine.NotStarted += (workflow, node, due, why) => LogNotStarted(workflow.Name, node.Name, due, why);
        _engine.QueueChanged += why =>
        {
            var server = $"{settings.Queue!.Hostname}:{settings.Queue.Port}";
            if (why is null) LogQueueThere(server);
            else LogQueueAway(server, why);
        };
        _engine.ObjectsChanged += why =>
        {
            if (why is null) LogObjectsThere();
            else LogObjectsAway(why);
        };
        _engine.NotListening += (workflow, node, why) => LogNotListening(workflow.Name, node.Name, why);
    }

    public override RouteHandler Calls { get; }

    /// <summary>Everything wrong with the workflows of a configuration, with workflow, node and field.</summary>
    public static IReadOnlyList<Problem> Check(GatewayDocument document)
    {
        var problems = new List<Problem>();
        foreach (var config in document.Workflows) problems.AddRange(Compiled(config).Problems);
        foreach (var route in document.Routes)
            if (route.Workflow is { } name && Named(document, name) is { } config && Compiled(config).Model is { } model && !model.Triggers.Any(t => WorkflowHandler.HookOf(t) is not null))
                problems.Add(new Problem(route.Place, $"route \"{route.Name ?? route.Id.ToString()}\"", "workflow", $"the workflow '{name}' has no webhook node, so that no request can start it"));
        if (!document.Routes.Any(r => r is { WorkflowCalls: true, Enabled: true }))
            foreach (var config in document.Workflows)
                if (Compiled(config).Model?.WaitsForCall is { } waits)
                    problems.Add(new Problem(config.Place, $"workflow \"{config.Name}\"", "nodes", $"'{waits.Name}' waits for a call, and no route has workflow_calls: true to take it", Severity.Warning));
        return problems;
    }

    public override IReadOnlyDictionary<string, RouteHandler> Prepare(GatewayDocument document)
    {
        var errors = Check(document).Where(p => p.Severity == Severity.Error).Select(p => p.ToString()).ToList();
        if (errors.Count > 0) throw new SnapshotException(string.Join(Environment.NewLine, errors));
        var handlers = new Dictionary<string, RouteHandler>(StringComparer.Ordinal);
        // Ids last: no name that looks like the id of another workflow stands in for it.
        foreach (var config in document.Workflows)
            handlers[config.Name] = new WorkflowHandler(_engine, _services, Compiled(config).Model!, WorkflowTenant.Of(config.Tags), config.Enabled);
        foreach (var (id, handler) in document.Workflows.Select(w => (w.Id.ToString(), handlers[w.Name])).ToList()) handlers[id] = handler;
        return handlers;
    }

    /// <summary>Makes the workflows of <paramref name="document"/>, which has been prepared, those that others call and that stored runs go on with.</summary>
    public void Use(GatewayDocument document)
    {
        var models = Models(document);
        var configs = document.Workflows.ToDictionary(w => w.Name, StringComparer.Ordinal);
        _engine.Use(models, m => configs[m.Name].Enabled, m => WorkflowTenant.Of(configs[m.Name].Tags));
        _services.ResumeAddress = _publicUrl + (document.Routes.FirstOrDefault(r => r is { WorkflowCalls: true, Enabled: true })?.Paths?.FirstOrDefault(p => p.StartsWith('/')) ?? "/webhook-waiting").TrimEnd('/');
        var unstored = models.Where(m => m.Durable && !_stores).Select(m => m.Name).ToList();
        if (unstored.Count > 0) LogNotStored(string.Join(", ", unstored));
    }

    /// <summary>Takes up the runs that the last process left; once the database answers, where it does not.</summary>
    /// <exception cref="NewerSchemaException">The database belongs to a newer program.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _engine.StartAsync();
        }
        catch (DatabaseUnavailableException problem)
        {
            LogNotStarted(problem.Message);
            _engine.StartLater(problem);
        }
    }

    /// <summary>What runs them.</summary>
    public WorkflowEngine Engine => _engine;

    /// <summary>What is counted, in the Prometheus text format.</summary>
    public string Metrics() => _metrics.Write(_engine.Load, _services.Time.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _services.Http.Dispose();
        (_services.Objects as IDisposable)?.Dispose();
    }

    private static ObjectStore? Objects(Database? database, string payloads, Settings.WorkflowRunSettings settings) => database switch
    {
        null => null,
        _ when settings.PayloadBucket is { } bucket => new S3ObjectStore(bucket),
        _ when settings.PayloadFolder is { } folder => new FolderObjectStore(folder),
        { Kind: DatabaseKind.Sqlite } => new FolderObjectStore(payloads),
        _ => new DatabaseObjectStore(database),
    };

    private static List<WorkflowModel> Models(GatewayDocument document) => [.. document.Workflows.Select(w => Compiled(w).Model).OfType<WorkflowModel>()];

    private static WorkflowConfig? Named(GatewayDocument document, string name) =>
        document.Workflows.FirstOrDefault(w => string.Equals(w.Name, name, StringComparison.Ordinal) || string.Equals(w.Id.ToString(), name, StringComparison.Ordinal));

    /// <summary>A workflow as it runs, made once however often it is checked and used; without a model where a problem is an error.</summary>
    private static Compilation Compiled(WorkflowConfig config) => Compilations.GetValue(config, static config =>
    {
        var found = new List<Problem>();

        // The file may be a download that has the workflow inside of something else. The name in the list is the one that counts.
        var inside = WorkflowDocuments.In(config.Document, found);
        if (inside.Count > 1) found.Add(new Problem(config.Place, $"workflow \"{config.Name}\"", "document", $"holds {inside.Count} workflows, and not one"));
        if (inside.Count != 1) return new Compilation(null, found);
        var named = inside[0].Map.With("name", new ScalarNode(config.Place, ScalarKind.String, config.Name));
        var check = DefinitionReader.Read(named, found) is { } definition ? ModelBuilder.Build(definition, found) : null;
        return new Compilation(check?.Model, check?.Problems ?? found);
    });

    private sealed record Compilation(WorkflowModel? Model, IReadOnlyList<Problem> Problems);

    [LoggerMessage(2, LogLevel.Warning, "the schedule \"{Node}\" of the workflow \"{Workflow}\" began no run for {Due:O}: {Why}")]
    private partial void LogNotStarted(string workflow, string node, DateTimeOffset due, string why);

    [LoggerMessage(3, LogLevel.Warning, "runs are neither stored nor taken up until the database answers: {Problem}")]
    private partial void LogNotStarted(string problem);

    [LoggerMessage(4, LogLevel.Warning, "the trigger \"{Node}\" of the workflow \"{Workflow}\" gets no messages just now: {Why}")]
    private partial void LogNotListening(string workflow, string node, string why);

    [LoggerMessage(5, LogLevel.Warning, "the queue {Server} cannot be used; runs are taken and stored as before, and workers look for them in the database: {Why}")]
    private partial void LogQueueAway(string server, string why);

    [LoggerMessage(6, LogLevel.Information, "workers are told of runs over the queue {Server}")]
    private partial void LogQueueThere(string server);

    [LoggerMessage(7, LogLevel.Error, "big payloads and files cannot be kept; runs under way that have some wait, and new ones are refused: {Why}")]
    private partial void LogObjectsAway(string why);

    [LoggerMessage(8, LogLevel.Information, "big payloads and files are kept again")]
    private partial void LogObjectsThere();

    [LoggerMessage(1, LogLevel.Warning, "runs of these workflows are not stored, whatever their durability, because the gateway has no database of its own (--data): {Workflows}")]
    private partial void LogNotStored(string workflows);
}
