using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Releases;
using Sluice.Gateway.Snapshot;

namespace Sluice.Control.KongAdmin;

/// <summary>
/// Kong's Admin API (https://docs.konghq.com/gateway/latest/admin-api/) over releases: the objects of the current configuration, their schemas, the health of
/// targets and the node itself. What a write changes is a release like any other.
/// </summary>
public sealed class KongAdminApi
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ObjectPages objects;
    private readonly SchemaPages schemas;
    private readonly InformationPages information;
    private readonly HealthPages health;
    private readonly ConfigPage config;
    private readonly TimeProvider time;
    private readonly string server;

    /// <param name="releases">What is read and changed.</param>
    /// <param name="snapshot">What runs at the moment, for the health of targets.</param>
    /// <param name="node">The node that answers.</param>
    /// <param name="time">For how long an answer took.</param>
    public KongAdminApi(ReleaseManager releases, Func<GatewaySnapshot> snapshot, NodeFacts node, TimeProvider time)
    {
        objects = new ObjectPages(releases);
        schemas = new SchemaPages(releases);
        information = new InformationPages(releases, node);
        health = new HealthPages(releases, snapshot, node);
        config = new ConfigPage(releases);
        this.time = time;
        server = "sluice/" + node.Version;
    }

    /// <summary>Answers any request: 404 in Kong's form for an address that the API does not have.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var begun = time.GetTimestamp();
        var answer = Segments(http.Request.Path) is { } segments ? await AnswerAsync(http, segments) : AdminAnswer.NotFound;
        await WriteAsync(http, answer, begun);
    }

    private async Task<AdminAnswer> AnswerAsync(HttpContext http, IReadOnlyList<string> segments)
    {
        if (HttpMethods.IsOptions(http.Request.Method))
            return Options(http, segments);
        // Its GET is answered by the node's own page.
        if (segments is ["status"])
            return AdminAnswer.MethodNotAllowed;
        if (segments is ["config"])
            return await config.AnswerAsync(http);
        if (await schemas.AnswerAsync(http, segments) is { } schema)
            return schema;
        if (health.Answer(http, segments) is { } healthy)
            return healthy;
        if (information.Answer(http, segments) is { } page)
            return HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? page : AdminAnswer.MethodNotAllowed;
        return ObjectAddress.Parse(segments) is { } address ? await objects.AnswerAsync(http, address) : AdminAnswer.NotFound;
    }

    private AdminAnswer Options(HttpContext http, IReadOnlyList<string> segments)
    {
        var methods = segments switch
        {
            ["config"] => "GET, HEAD, OPTIONS, POST",
            ["schemas", _, "validate"] => "OPTIONS, POST",
            ["upstreams", _, "targets", _, .., "healthy" or "unhealthy"] => "OPTIONS, PUT",
            ["schemas", ..] or ["plugins", "schema", _] or ["upstreams", _, "health"] or ["upstreams", _, "targets", "all"] => "GET, HEAD, OPTIONS",
            _ when information.Answer(http, segments) is not null => "GET, HEAD, OPTIONS",
            _ => ObjectAddress.Parse(segments) is { } address ? ObjectPages.MethodsOf(address) : null,
        };
        if (methods is null)
            return AdminAnswer.NotFound;
        http.Response.Headers.Allow = methods;
        if (http.Request.Headers.Origin.Count == 0)
        {
            http.Response.Headers.AccessControlAllowMethods = methods;
            http.Response.Headers.AccessControlAllowHeaders = "Content-Type";
        }
        return AdminAnswer.NoContent;
    }

    private async Task WriteAsync(HttpContext http, AdminAnswer answer, long begun)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers.Server = server;
        response.Headers["X-Kong-Admin-Latency"] = ((long)time.GetElapsedTime(begun).TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        // Kong lets every origin read every answer. A page from elsewhere in the browser of somebody on this machine must not: only programs, which have no origin, see it.
        if (http.Request.Headers.Origin.Count == 0)
        {
            response.Headers.AccessControlAllowOrigin = "*";
            response.Headers.AccessControlAllowCredentials = "true";
        }
        if (answer.Body is null)
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(answer.Body, Json);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>The segments of the path, each decoded once; null for a path that has an empty one in it.</summary>
    private static List<string>? Segments(PathString path)
    {
        // The framework decodes all but the slash.
        var segments = (path.Value ?? "").Trim('/').Split('/');
        if (segments is [""])
            return [];
        return segments.Contains("") ? null : [.. segments.Select(s => s.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase))];
    }
}
