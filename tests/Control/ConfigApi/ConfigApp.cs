using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.ConfigApi;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.ConfigApi;

/// <summary>The configuration API over a gateway that runs but listens nowhere, on a free port of its own.</summary>
internal sealed class ConfigApp : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Database? database;
    private readonly Transport transport;
    private readonly HttpClient http;

    private ConfigApp(WebApplication app, Database? database, Transport transport, GatewayRuntime runtime, ReleaseManager releases)
    {
        this.app = app;
        this.database = database;
        this.transport = transport;
        Runtime = runtime;
        Releases = releases;
        http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public GatewayRuntime Runtime { get; }

    public ReleaseManager Releases { get; }

    /// <summary>Who the requests come from; an administrator unless set.</summary>
    public Caller Caller { get; set; } = new(CallerKind.Token, "test", Role.Admin, []);

    /// <param name="file">The configuration file that it runs from; null for a database.</param>
    public static async Task<ConfigApp> StartAsync(DatabaseKind kind = DatabaseKind.Sqlite, string? file = null)
    {
        var sockets = Transports.Create(TransportKind.Sockets, 0, NullLoggerFactory.Instance);
        var runtime = new GatewayRuntime(sockets, new GatewaySettings(), NullLoggerFactory.Instance, TimeProvider.System);
        BuiltConfiguration Build(ReadResult result)
        {
            var prepared = runtime.Prepare(result.Document!);
            return new BuiltConfiguration { Serve = () => runtime.Serve(prepared), Discard = () => runtime.Discard(prepared) };
        }
        var store = file is null ? await BothEngines.CreateAsync(kind) : null;
        var releases = store is null
            ? await ReleaseManager.FromFileAsync(ConfigurationTree.Read(Encoding.UTF8.GetBytes(file!)).Tree!, Build, ReadOptions.Default, NullLogger.Instance)
            : await ReleaseManager.OpenAsync(store, Path.Combine(Directory.CreateTempSubdirectory("sluice-config-").FullName, "last-good.json"), new ReleaseSettings(), Build, ReadOptions.Default, NullLogger.Instance);

        ConfigApp? made = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var listener = builder.Build();
        listener.Use(next => http => Failures.CatchAsync(http, next, NullLogger.Instance));
        listener.UseRouting();
        listener.Use(next => http =>
        {
            http.Features.Set(made!.Caller);
            return next(http);
        });
        new ReleasesApi(releases, null, ReadOptions.Default).Map(listener);
        new ConfigurationApi(releases, runtime).Map(listener);
        listener.UseEndpoints(static _ => { });
        await listener.StartAsync();
        return made = new ConfigApp(listener, store, sockets, runtime, releases);
    }

    /// <summary>Sends JSON to an address below <c>/api/v1</c> and expects <paramref name="status"/>; gives the body.</summary>
    public async Task<JsonNode> SendAsync(string method, string path, string? body = null, int status = 200, string? ifMatch = null)
    {
        using var response = await RawAsync(method, "/api/v1/" + path, body, ifMatch: ifMatch);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, $"{method} {path}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public Task<JsonNode> GetAsync(string path, int status = 200) => SendAsync("GET", path, null, status);

    public async Task<HttpResponseMessage> RawAsync(string method, string path, string? body = null, string type = "application/json", string? ifMatch = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = type.Length == 0 ? null : MediaTypeHeaderValue.Parse(type);
        }
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await Releases.DisposeAsync();
        await Runtime.DisposeAsync();
        await transport.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }
}
