using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Identity;
using Sluice.Control.KongAdmin;
using Sluice.Control.Releases;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Tests.KongAdmin;

/// <summary>The Admin API over a database of its own, called without sockets.</summary>
internal sealed class AdminApi : IAsyncDisposable
{
    private readonly Database? database;
    private readonly KongAdminApi api;

    private AdminApi(Database? database, ReleaseManager releases)
    {
        this.database = database;
        Releases = releases;
        api = new KongAdminApi(
            releases, () => throw new InvalidOperationException("nothing runs here"), new NodeFacts(Guid.NewGuid(), "0.0.0", "sqlite", "traditional_compatible"), TimeProvider.System);
    }

    public ReleaseManager Releases { get; }

    /// <summary>Who the requests come from; an administrator unless set.</summary>
    public Caller Caller { get; set; } = Caller.Local;

    /// <summary>Where releases are stored, so that everything can be written.</summary>
    public static async Task<AdminApi> StoredAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-admin-").FullName;
        var stored = new Database(DatabaseAddress.File(Path.Combine(folder, "sluice.db")));
        return new AdminApi(stored, await ReleaseManager.OpenAsync(stored, Path.Combine(folder, "last-good.json"), new ReleaseSettings(), static _ => new BuiltConfiguration(), ReadOptions.Default, NullLogger.Instance));
    }

    /// <summary>Where the configuration comes from a file.</summary>
    public static async Task<AdminApi> FromFileAsync(string yaml)
    {
        var tree = ConfigurationTree.Read(Encoding.UTF8.GetBytes(yaml)).Tree!;
        return new AdminApi(null, await ReleaseManager.FromFileAsync(tree, static _ => new BuiltConfiguration(), ReadOptions.Default, NullLogger.Instance));
    }

    public Task<(int Status, JsonNode? Body)> GetAsync(string target) => SendAsync("GET", target);

    /// <summary>Sends JSON, or form fields where <paramref name="body"/> does not begin as JSON does.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string target, string? body = null, string? type = null, string? ifMatch = null)
    {
        var http = await RawAsync(method, target, body, type, ifMatch: ifMatch);
        var text = Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
        return (http.Response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<HttpContext> RawAsync(string method, string target, string? body = null, string? type = null, string? origin = null, string? ifMatch = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.IfMatch = ifMatch;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        http.Request.Method = method;
        http.Request.Path = query < 0 ? target : target[..query];
        http.Request.QueryString = new QueryString(query < 0 ? "" : target[query..]);
        if (body is not null)
        {
            http.Request.ContentType = type ?? (body.StartsWith('{') ? "application/json" : "application/x-www-form-urlencoded");
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
            http.Request.ContentLength = http.Request.Body.Length;
        }
        if (origin is not null)
            http.Request.Headers.Origin = origin;
        http.Features.Set(Caller);
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new Body(body is not null));
        http.Response.Body = new MemoryStream();
        await api.HandleAsync(http);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await Releases.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }

    private sealed record Body(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
