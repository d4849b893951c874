using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Control.Identity;
using Sluice.Control.Nodes;
using Sluice.Control.Releases;
using Sluice.Foundation.Secrets;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Host.Admin;
using Sluice.Host.Running;
using Sluice.Host.Settings;

namespace Sluice.Host.Tests.Admin;

/// <summary>The whole admin listener of a gateway that stores its configuration, in this process, with a token of each role.</summary>
internal sealed partial class AdminSurface : IAsyncDisposable
{
    private readonly RunningGateway gateway;
    private readonly ControlPlane control;
    private readonly WebApplication app;
    private readonly SecretStore secrets;
    private readonly Logs logs;
    private readonly Database database;
    private readonly HttpClient http;

    private AdminSurface(RunningGateway gateway, ControlPlane control, WebApplication app, SecretStore secrets, Logs logs, Database database)
    {
        this.gateway = gateway;
        this.control = control;
        this.app = app;
        this.secrets = secrets;
        this.logs = logs;
        this.database = database;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        // What takes longer hangs, however busy the machine is.
        http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public Uri Address { get; }

    public Sluice.Control.Usage.StoredUsage Usage => gateway.Usage!;

    public ReleaseManager Releases => gateway.Releases;

    /// <summary>The tokens, by role; without one for nobody.</summary>
    public Dictionary<string, string?> Tokens { get; } = new() { ["nobody"] = null };

    /// <summary>Everything that was logged.</summary>
    public string Log => logs.Text;

    /// <summary>The exceptions that were logged as errors.</summary>
    public IReadOnlyList<string> Exceptions => logs.Exceptions;

    public static async Task<AdminSurface> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-surface-").FullName;
        var settings = SettingsReader.Read(
            new Dictionary<string, string?> { ["--data"] = folder, ["--admin"] = "127.0.0.1:0", ["--admin-auth"] = "on", ["--loops"] = "1", ["--transport"] = "sockets" },
            new Dictionary<string, string>());
        settings = settings with { Proxy = [] };
        var captured = new Logs();
        var factory = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning).AddProvider(captured));
        var store = new SecretStore(settings.SecretsFolder, TimeProvider.System);
        var opened = new Database(settings.Database);
        var running = await RunningGateway.CreateAsync(settings, opened, null, new OwnPlugins(null), store, factory, TimeProvider.System);
        var plane = new ControlPlane(settings, opened, () => new NodeReport(null, null), factory, TimeProvider.System);
        var listener = await AdminListener.StartAsync(settings, running, plane, factory, TimeProvider.System);
        await running.StartAsync();
        var surface = new AdminSurface(running, plane, listener, store, captured, opened);
        using var accounts = new Accounts(opened, TimeProvider.System, factory);
        foreach (var role in Enum.GetValues<Role>())
            surface.Tokens[role.ToString()] = (await accounts.Tokens.CreateAsync("test-" + role, role, [], null, "test")).Secret;
        surface.Tokens["acme"] = (await accounts.Tokens.CreateAsync("test-acme", Role.Operator, ["tenant:acme"], null, "test")).Secret;
        return surface;
    }

    /// <summary>Puts a configuration in the place of what there is.</summary>
    public async Task ApplyAsync(string yaml)
    {
        var read = ConfigurationTree.Read([new ConfigurationSource("test.yaml", Encoding.UTF8.GetBytes(yaml), ConfigurationSource.FormatOf("test.yaml"))], gateway.Reading);
        read.Tree.ShouldNotBeNull(string.Join('\n', read.Problems));
        var result = await Releases.ApplyAsync(new ChangeRequest("test", "as it was"), read.Tree);
        result.Outcome.ShouldBeOneOf(ChangeOutcome.Released, ChangeOutcome.Unchanged);
    }

    /// <summary>
    /// Every path with the methods that it has, as <c>/services/{services}</c>: those of the route table, and those that Kong's Admin API lists of itself.
    /// </summary>
    public async Task<IReadOnlyList<string>> PathsAsync()
    {
        var own = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'));
        var (_, body) = await SendAsync("GET", "/endpoints", "Admin");
        var kongs = JsonNode.Parse(body)!["data"]!.AsArray().Select(p => (string)p!);
        return [.. own.Concat(kongs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The path with something in the place of each <c>{name}</c>.</summary>
    public static string Fill(string path, Func<string, string> value) => Placeholder().Replace(path, m => value(m.Groups["name"].Value));

    public async Task<(int Status, string Body)> SendAsync(string method, string path, string who, byte[]? body = null, string? type = null)
    {
        // As it is: what is wrong with a path is for the listener to notice.
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (Tokens[who] is { } token) request.Headers.Add("Authorization", "Bearer " + token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // A stream has no end.
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream") return ((int)response.StatusCode, "");
        var fields = string.Join('\n', response.Headers.Concat(response.Content.Headers).Select(f => $"{f.Key}: {string.Join(',', f.Value)}"));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync() + (response.StatusCode == HttpStatusCode.OK ? "" : "\n" + fields));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        control.Dispose();
        await gateway.DisposeAsync();
        await database.DisposeAsync();
        secrets.Dispose();
    }

    [GeneratedRegex(@"\{\*{0,2}(?<name>[^}]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    private sealed class Logs : ILoggerProvider, ILogger
    {
        private readonly List<(LogLevel Level, string Line, bool Thrown)> lines = [];

        public string Text
        {
            get { lock (lines) return string.Join('\n', lines.Select(l => l.Line)); }
        }

        public IReadOnlyList<string> Exceptions
        {
            get { lock (lines) return [.. lines.Where(l => l.Level >= LogLevel.Error && l.Thrown).Select(l => l.Line)]; }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines) lines.Add((logLevel, $"{formatter(state, exception)} {exception}", exception is not null));
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
