using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>
/// Runs plugins through their stages without listeners, router or upstreams: <c>new PluginHarness().Use("key-auth", new KeyAuthConfig())</c>,
/// then <see cref="SendAsync"/>. One harness is one snapshot; <see cref="Reload"/> makes the next one over the same shared resources.
/// </summary>
internal sealed class PluginHarness
{
    private readonly List<PlannedPlugin> plugins = [];
    private PluginPlan? plan;

    public PluginHarness(GatewayDocument? document = null, ManualTime? time = null, SharedResources? shared = null, GatewaySettings? settings = null)
    {
        Time = time ?? new ManualTime();
        Shared = shared ?? new SharedResources();
        document ??= new GatewayDocument();
        var consumers = document.Consumers.ToDictionary(c => c.Id, c => new ConsumerModel
        {
            Config = c,
            Groups = [.. c.Groups.Select(g => document.ConsumerGroups.Single(x => x.Id == g.Id))],
            AclGroups = [.. document.Credentials.OfType<AclGroup>().Where(a => a.Consumer!.Id == c.Id).Select(a => a.Group)],
            HasMiddleware = false,
        });
        Snapshot = new GatewaySnapshot
        {
            Document = document,
            Settings = settings ?? new GatewaySettings(),
            Consumers = consumers,
            ConsumersByUsername = consumers.Values.Where(c => c.Config.Username is not null).ToDictionary(c => c.Config.Username!),
            ConsumersByCustomId = consumers.Values.Where(c => c.Config.CustomId is not null).ToDictionary(c => c.Config.CustomId!),
        };
    }

    public ManualTime Time { get; }

    /// <summary>The clock that plugins see; <see cref="Time"/> unless they are to run beside a server with a clock of its own.</summary>
    public TimeProvider Clock { get => field ?? Time; init; }

    public SharedResources Shared { get; }

    public GatewaySnapshot Snapshot { get; }

    /// <summary>The chance that plugins are given.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The document's services, for plugins that send requests to others than the route's; null without <see cref="WithServices"/>.</summary>
    public ServiceModels? Services { get; private set; }

    /// <summary>The matched service; null for a route without one. The balancer and the client are not there.</summary>
    public ServiceConfig? Service { get; init; } = new() { Id = new Guid("11111111-1111-5111-8111-111111111111"), Name = "service", Host = "upstream.test" };

    /// <summary>The matched route.</summary>
    public RouteConfig Route { get; init; } = new() { Id = new Guid("22222222-2222-5222-8222-222222222222"), Name = "route", Paths = ["/"] };

    /// <summary>Stands for the upstream: fills the response. It is not called when a plugin answers.</summary>
    public Func<Exchange, byte[]> Upstream { get; set; } = exchange =>
    {
        exchange.Response.StatusCode = 200;
        exchange.Response.ContentType = "text/plain";
        return "upstream"u8.ToArray();
    };

    /// <summary>Makes the models of the document's services. Nothing is ever sent to them.</summary>
    public PluginHarness WithServices()
    {
        var runtime = new GatewayRuntime(Transports.Create(TransportKind.Sockets, 1, NullLoggerFactory.Instance), Snapshot.Settings, NullLoggerFactory.Instance, Time);
        Services = new ServiceModels(runtime, Snapshot);
        return this;
    }

    /// <summary>Awaited at the end of each request, for what plugins do after it.</summary>
    public Func<PluginHarness, Task> AfterEach { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Adds a middleware; plugins run in the order of the catalogue.</summary>
    public PluginHarness Use(string name, object config, PluginConfig? middleware = null)
    {
        var descriptor = PluginCatalog.Find(name) ?? throw new ArgumentException($"No plugin {name} in the catalogue", nameof(name));
        middleware = (middleware ?? new PluginConfig { Id = Guid.NewGuid() }) with { Name = name, Config = config };
        var instance = descriptor.Create(new PluginSetup
        {
            Middleware = middleware,
            Snapshot = Snapshot,
            Shared = Shared,
            Time = Clock,
            Log = NullLogger.Instance,
            Random = Random,
            Services = Services,
        });
        plugins.Add(new PlannedPlugin(descriptor, instance, middleware));
        plan = null;
        return this;
    }

    /// <summary>Adds a plugin that was made by other means than its descriptor's.</summary>
    public PluginHarness Use(PluginDescriptor descriptor, Plugin instance)
    {
        plugins.Add(new PlannedPlugin(descriptor, instance, new PluginConfig { Name = descriptor.Name }));
        plan = null;
        return this;
    }

    /// <summary>A harness for the configuration that comes next: same clock and shared resources, and this one is retired once that one stands.</summary>
    public PluginHarness Reload(GatewayDocument document, Action<PluginHarness> configure)
    {
        var next = new PluginHarness(document, Time, Shared);
        configure(next);
        Snapshot.Lease.Dispose();
        return next;
    }

    /// <summary>Sends one request through every stage.</summary>
    /// <param name="target">Path and query.</param>
    /// <param name="method">Upper case.</param>
    /// <param name="headers">Name and value; a name may come twice.</param>
    /// <param name="body">The request body; its Content-Length is set.</param>
    /// <param name="prepare">Changes the exchange before the first stage.</param>
    public async Task<PluginResult> SendAsync(
        string target = "/", string method = "GET", (string Name, string Value)[]? headers = null, byte[]? body = null, Action<Exchange>? prepare = null)
    {
        plan ??= new PluginPlan([.. plugins.OrderBy(p => PluginCatalog.OrderOf(p.Descriptor.Name))], specialise: null);
        var exchange = Start(target, method, headers, body);
        prepare?.Invoke(exchange);

        var answer = await AskAsync(exchange);
        var content = answer is null ? Forward(plan, exchange) : Fill(exchange, answer);
        foreach (var plugin in plan.Respond) plugin.Respond(exchange);
        foreach (var rewrite in exchange.BodyRewrites)
            if (content.Length <= rewrite.MaxBytes)
                content = rewrite.Transform(exchange, content).ToArray();
        foreach (var capture in exchange.BodyCaptures)
            if (content.Length <= capture.MaxBytes)
                capture.Completed(exchange, content);
        exchange.Timings.ResponseBytes = content.Length;
        foreach (var plugin in plan.Record) plugin.Record(exchange);
        await AfterEach(this);
        return new PluginResult(exchange, answer, Encoding.UTF8.GetString(content));
    }

    private static async Task<Answer?> AskAsync(Exchange exchange) => (await exchange.RunRequestStages()).Answer;

    private byte[] Forward(PluginPlan plan, Exchange exchange)
    {
        foreach (var plugin in plan.BeforeUpstream) plugin.BeforeUpstream(exchange);
        var content = Upstream(exchange);
        exchange.Source = ResponseSource.Upstream;
        foreach (var plugin in plan.UpstreamAnswered) plugin.UpstreamAnswered(exchange);
        if (exchange.InsteadOfUpstream is not { } instead) return content;
        exchange.Response.Clear();
        return Fill(exchange, instead);
    }

    private static byte[] Fill(Exchange exchange, Answer answer)
    {
        exchange.Source = answer.Source;
        exchange.Error = answer.Error;
        exchange.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) exchange.Response.Headers[name] = value;
        if (answer.Error is not { } error)
        {
            if (answer.ContentType is not null) exchange.Response.ContentType = answer.ContentType;
            return answer.Body.ToArray();
        }

        exchange.Response.ContentType = "application/json; charset=utf-8";
        return Encoding.UTF8.GetBytes($$"""{"message":"{{error.Message}}"}""");
    }

    private Exchange Start(string target, string method, (string Name, string Value)[]? headers, byte[]? body)
    {
        var http = new DefaultHttpContext();
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        http.Request.Method = method;
        http.Request.Path = path;
        http.Request.QueryString = new QueryString(query);
        http.Request.Host = new HostString("gateway.test");
        foreach (var (name, value) in headers ?? []) http.Request.Headers[name] = StringValues.Concat(http.Request.Headers[name], value);
        if (body is not null)
        {
            http.Request.Body = new MemoryStream(body);
            http.Request.ContentLength ??= body.Length;
        }

        var route = new RouteModel
        {
            Config = Route,
            Service = Service is null ? null : new ServiceModel { Config = Service, Balancer = null!, Client = null! },
            Plan = plan!,
        };
        return new Exchange(http, null)
        {
            Snapshot = Snapshot,
            Match = new RouteMatch { Route = route, MatchedLength = 1 },
            Plan = plan!,
            Path = path,
            Query = query,
            RawTarget = target,
            ClientAddress = IPAddress.Loopback,
            PeerAddress = IPAddress.Loopback,
            ClientPort = 40000,
            Upstream = new UpstreamRequest { Method = method, Path = path, Query = query },
        };
    }
}

/// <summary>How an exchange ended.</summary>
/// <param name="Exchange">Its request is what the upstream got, its response what the client got.</param>
/// <param name="Answer">What a plugin answered; null when the upstream did.</param>
/// <param name="Body">What the client got, as text.</param>
internal sealed record PluginResult(Exchange Exchange, Answer? Answer, string Body)
{
    public int Status => Exchange.Response.StatusCode;

    /// <summary>A response header field, or null.</summary>
    public string? Header(string name) => Exchange.Response.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A request header field as the upstream got it, or null.</summary>
    public string? Sent(string name) => Exchange.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
}
