using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Identity;

/// <summary>An admin listener with the guard, the API of accounts and of the audit log, and one page of each kind, on a free port.</summary>
internal sealed class AdminApp : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly WebApplication app;
    private readonly Database database;

    private AdminApp(WebApplication app, Database database, Accounts accounts, AuditLog audit, CapturedLogs logs, MovableTime time)
    {
        this.app = app;
        this.database = database;
        Accounts = accounts;
        Audit = audit;
        Logs = logs;
        Time = time;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public Accounts Accounts { get; }

    public AuditLog Audit { get; }

    public CapturedLogs Logs { get; }

    public MovableTime Time { get; }

    /// <param name="remote">Connections seem to come from another machine.</param>
    public static async Task<AdminApp> StartAsync(
        DatabaseKind kind = DatabaseKind.Sqlite, AdminGuardSettings? settings = null, bool remote = false, AdminDoor? door = null, DatabaseAddress? address = null)
    {
        var time = new MovableTime();
        var logs = new CapturedLogs();
        var factory = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Trace).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Identity", LogLevel.Trace).AddProvider(logs));
        var store = new Database(address ?? await BothEngines.AddressAsync(kind));
        var audit = new AuditLog(store, time);
        var accounts = new Accounts(store, time, factory, iterations: 1000);
        var guard = new AdminGuard(accounts, new RequestAudit(audit, TimeSpan.FromDays(30), time, factory), settings ?? new AdminGuardSettings());

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<TimeProvider>(time).AddSingleton(factory).AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var listener = builder.Build();
        listener.Use(next => http =>
        {
            if (remote) http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
            if (door is not null) http.Features.Set(door);
            return next(http);
        });
        listener.Use(next => http => Failures.CatchAsync(http, next, factory.CreateLogger("admin")));
        listener.UseRouting();
        listener.Use(next => http => guard.InvokeAsync(http, next));
        listener.MapIdentity(accounts);
        listener.MapAudit(audit);
        foreach (var page in (string[])["/status", "/metrics", "/health/live", "/services"])
            listener.MapGet(page, http => http.Response.WriteAsync(page));
        listener.MapPost("/services", http => http.Response.WriteAsync("made"));
        listener.MapGet("/api/v1/config/routes", http => http.Response.WriteAsync(Caller.Of(http).Covers(["tenant:acme"]) ? "acme's" : "others'")).WithMetadata(HeedsScopes.Instance);
        listener.UseEndpoints(static _ => { });
        await listener.StartAsync();
        return new AdminApp(listener, store, accounts, audit, logs, time);
    }

    /// <summary>A user whose password is <see cref="Password"/>.</summary>
    public async Task<User> AddUserAsync(string name = "alice", Role role = Role.Admin, params string[] scopes) =>
        (await Accounts.CreateUserAsync(name, Password, role, scopes)).User!;

    public async Task<string> AddTokenAsync(Role role, params string[] scopes) =>
        (await Accounts.Tokens.CreateAsync("t" + Guid.NewGuid().ToString("N"), role, scopes, null, "test")).Secret;

    public Client Connect(string? token = null)
    {
        var client = new Client(Address);
        if (token is not null) client.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>A browser that has signed in.</summary>
    public async Task<Client> SignInAsync(string name = "alice", string? code = null)
    {
        var client = Connect();
        var (status, body) = await client.PostAsync("/api/v1/auth/login", new { username = name, password = Password, code });
        status.ShouldBe(200, body.GetRawText());
        client.Http.DefaultRequestHeaders.Add("X-Sluice-CSRF", body.GetProperty("data").GetProperty("csrf_token").GetString());
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Accounts.Dispose();
        Audit.Dispose();
        await database.DisposeAsync();
    }
}

/// <summary>Speaks JSON with an <see cref="AdminApp"/> and keeps its cookies.</summary>
internal sealed class Client(Uri address) : IDisposable
{
    public HttpClient Http { get; } = new(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = address };

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        change?.Invoke(request);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : JsonDocument.Parse(JsonSerializer.Serialize(text)).RootElement);
    }

    public void Dispose() => Http.Dispose();
}

/// <summary>Time that stands still until it is moved.</summary>
internal sealed class MovableTime : TimeProvider
{
    private long moved;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero) + TimeSpan.FromTicks(Interlocked.Read(ref moved));

    public override long GetTimestamp() => Interlocked.Read(ref moved);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Move(TimeSpan by) => Interlocked.Add(ref moved, by.Ticks);
}

/// <summary>Everything that was logged, as text.</summary>
internal sealed class CapturedLogs : ILoggerProvider, ILogger
{
    private readonly List<string> lines = [];

    public string Text
    {
        get { lock (lines) return string.Join('\n', lines); }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (lines) lines.Add($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
