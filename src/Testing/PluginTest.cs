using System.Text;
using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Testing;

/// <summary>
/// Runs plugins as the gateway does, on requests that are handed in, with an upstream that the test plays: the configuration is read and checked, the
/// whole pipeline runs, and no network is used.
/// </summary>
/// <example><code>
/// await using var test = new PluginTest(RequireTeamPlugin.Descriptor, "header: X-Team");
/// var result = await test.SendAsync("GET", "/orders");
/// Check.That(result.Status == 400);
/// </code></example>
public sealed class PluginTest : IAsyncDisposable
{
    private readonly List<(PluginDescriptor Plugin, JsonNode? Config)> plugins = [];
    private readonly List<string> consumers = [];
    private readonly TestLog log = new();
    private GatewayRuntime? runtime;
    private Transport? transport;

    /// <summary>A test of nothing yet; see <see cref="Use"/>.</summary>
    public PluginTest()
    {
    }

    /// <summary>A test of one plugin on all requests.</summary>
    /// <inheritdoc cref="Use"/>
    public PluginTest(PluginDescriptor plugin, string? config = null) => Use(plugin, config);

    /// <summary>The clock that plugins see. It stands still unless it is moved.</summary>
    public TestClock Time { get; } = new();

    /// <summary>Plays the upstream: gets what it would have got and gives what it would have answered. Answers 200 with the body <c>upstream</c> unless it is set.</summary>
    public Func<UpstreamCall, UpstreamReply> Upstream { get; set; } = static _ => new UpstreamReply { Body = "upstream" };

    /// <summary>What the gateway and the plugins have logged, as text.</summary>
    public IReadOnlyList<string> Log => log.Lines;

    /// <summary>Adds a plugin on all requests; before the first request.</summary>
    /// <param name="plugin">Its descriptor; a built-in one's is <c>PluginCatalog.Find("key-auth")</c>.</param>
    /// <param name="config">What stands under <c>config:</c> in a configuration file, as YAML or JSON; null for nothing.</param>
    /// <exception cref="ArgumentException">It is no YAML.</exception>
    public PluginTest Use(PluginDescriptor plugin, string? config = null)
    {
        ThrowIfBegun();
        JsonNode? parsed = null;
        if (config is not null)
        {
            var (root, problem) = DocumentParser.Parse("config", Encoding.UTF8.GetBytes(config), DocumentFormat.Yaml);
            parsed = problem is null ? root!.ToJson() : throw new ArgumentException(problem.ToString(), nameof(config));
        }

        plugins.Add((plugin, parsed));
        return this;
    }

    /// <summary>Adds a consumer, with its username as its key for <c>key-auth</c>; before the first request.</summary>
    public PluginTest Consumer(string username)
    {
        ThrowIfBegun();
        consumers.Add(username);
        return this;
    }

    /// <summary>Everything that is wrong with the settings that were given, as <c>sluice check</c> says it; empty when they are right.</summary>
    public IReadOnlyList<string> Problems() => [.. Read().Problems.Select(p => p.ToString())];

    /// <summary>Sends one request through the gateway.</summary>
    /// <param name="method">Upper case.</param>
    /// <param name="target">Path and query, as in a request line.</param>
    /// <param name="headers">Names and values; a name may come twice.</param>
    /// <param name="body">The body; null for none.</param>
    /// <exception cref="InvalidOperationException">The settings have problems; <see cref="Problems"/> lists them.</exception>
    public async Task<PluginTestResult> SendAsync(string method, string target, (string Name, string Value)[]? headers = null, string? body = null)
    {
        var gateway = runtime ??= Start();
        var calls = new List<UpstreamCall>();
        using var content = new MemoryStream();
        var features = RequestFeatures.Make(method, target, headers ?? [], body, content, calls);
        var application = new GatewayApplication(gateway);
        var exchange = application.CreateContext(features);
        await application.ProcessRequestAsync(exchange);
        await exchange.Response.BodyWriter.FlushAsync();
        var result = new PluginTestResult
        {
            Status = exchange.Response.StatusCode,
            Headers = exchange.Response.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = Encoding.UTF8.GetString(content.ToArray()),
            Error = exchange.Error,
            Consumer = exchange.Consumer?.Config.Username,
            Upstream = calls,
        };
        application.DisposeContext(exchange, null);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        if (runtime is not null) await runtime.DisposeAsync();
        if (transport is not null) await transport.DisposeAsync();
    }

    private GatewayRuntime Start()
    {
        var read = Read();
        if (read.Document is null) throw new InvalidOperationException(string.Join('\n', read.Problems));
        transport = Transports.Create(TransportKind.Sockets, 0, log);
        var started = new GatewayRuntime(transport, new GatewaySettings { RecentRequests = 0 }, log, Time) { StandIn = _ => new TestUpstream(call => Upstream(call)) };
        started.Load(read.Document);
        return started;
    }

    private ReadResult Read()
    {
        var document = new JsonObject
        {
            ["_format_version"] = "3.0",
            ["services"] = new JsonArray(new JsonObject
            {
                ["name"] = "service",
                ["url"] = "http://127.0.0.1:9",
                ["routes"] = new JsonArray(new JsonObject { ["name"] = "route", ["paths"] = new JsonArray("/"), ["strip_path"] = false }),
            }),
            ["consumers"] = new JsonArray([.. consumers.Select(c => new JsonObject { ["username"] = c, ["keyauth_credentials"] = new JsonArray(new JsonObject { ["key"] = c }) })]),
            ["plugins"] = new JsonArray([.. plugins.Select(p => new JsonObject { ["name"] = p.Plugin.Name, ["config"] = p.Config?.DeepClone() ?? new JsonObject() })]),
        };
        var options = ReadOptions.Default with
        {
            Plugins = name => plugins.FirstOrDefault(p => p.Plugin.Name == name).Plugin,
            Environment = _ => null,
            Time = Time,
        };
        return DocumentReader.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), "test", options);
    }

    private void ThrowIfBegun()
    {
        if (runtime is not null) throw new InvalidOperationException("The first request has been sent already.");
    }
}
