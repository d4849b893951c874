using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Replaying;

/// <summary>What a configuration would do otherwise with requests that were served.</summary>
/// <param name="Requests">How many were looked at.</param>
/// <param name="Unchanged">How many it would treat as the current one does.</param>
/// <param name="Changes">What would happen to the others, the most frequent first.</param>
public sealed record ReplayReport(int Requests, int Unchanged, IReadOnlyList<ReplayedChange> Changes)
{
    /// <summary>On one line: <c>9,588 unchanged, 400 go to another route (orders-v1 -> orders-v2), 12 would now get 401</c>.</summary>
    public string Summary() => Requests == 0
        ? "no recent requests are known"
        : string.Join(", ", Changes.Select(c => $"{Number(c.Count)} {c.What}").Prepend($"{Number(Unchanged)} unchanged"));

    private static string Number(int n) => n.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>Requests that the same thing would happen to.</summary>
/// <param name="What">What.</param>
/// <param name="Count">How many.</param>
/// <param name="Examples">A few of them, without queries.</param>
public sealed record ReplayedChange(string What, int Count, IReadOnlyList<string> Examples);

/// <summary>
/// Runs the router and the plugins that decide before the upstream, of two snapshots, over recorded requests. Nothing is sent, and nothing is counted:
/// limits and caches do not take part. Of secrets only fingerprints are recorded: a key is found again by its own; other credentials count as good where the
/// configuration has what the caller was known by, unchanged; and where only the secret itself could tell, that is what the report says.
/// </summary>
internal static class Replay
{
    private const int MostExamples = 3;

    /// <summary>Plugins that decide by the request's head and the caller alone.</summary>
    private static readonly HashSet<string> Deciding = new(StringComparer.Ordinal) { "acl", "bot-detection", "cors", "ip-restriction", "redirect", "request-termination" };

    public static ReplayReport Run(GatewaySnapshot current, GatewaySnapshot candidate, IReadOnlyList<RecordedRequest> requests)
    {
        var unchanged = 0;
        var changes = new Dictionary<string, (int Count, List<string> Examples)>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            var what = Difference(Decide(current, request, current), Decide(candidate, request, current));
            if (what is null)
            {
                unchanged++;
                continue;
            }
            var (count, examples) = changes.GetValueOrDefault(what, (0, []));
            if (examples.Count < MostExamples && !examples.Contains(request.ToString(), StringComparer.Ordinal))
                examples.Add(request.ToString());
            changes[what] = (count + 1, examples);
        }
        return new ReplayReport(requests.Count, unchanged, [.. changes.OrderByDescending(c => c.Value.Count).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => new ReplayedChange(c.Key, c.Value.Count, c.Value.Examples))]);
    }

    private static string? Difference(Decision old, Decision next) =>
        old.Status != next.Status && next.Status is { } status ? $"would now get {status}"
        : old.Unclear != next.Unclear && next.Unclear is { } plugin ? $"would have to satisfy {plugin}, which only their credentials can tell"
        : old.Status != next.Status ? $"would no longer get {old.Status}"
        : old.Route != next.Route ? $"go to another route ({old.Label} -> {next.Label})"
        : old.Service != next.Service ? $"go to another service ({old.ServiceLabel} -> {next.ServiceLabel})"
        : null;

    /// <summary>The route, and the status of an answer before the upstream; null for none.</summary>
    private static Decision Decide(GatewaySnapshot snapshot, RecordedRequest request, GatewaySnapshot current)
    {
        var target = RequestPath.Parse(request.Target);
        if (target.Error != RequestPathError.None)
            return new Decision(null, 400);
        var http = ContextOf(request);
        var headers = http.Request.Headers;
        var match = snapshot.Router.Match(new RouteQuery(request.Method, request.Scheme, headers.Host.ToString(), target.Path, target.Query, request.Sni, headers)
        {
            Source = new IPEndPoint(request.Client, 0),
        });
        if (match.Route is not { } route)
            return new Decision(null, 404);
        var exchange = new Exchange(http, null)
        {
            Snapshot = snapshot,
            Match = match,
            Plan = route.Plan,
            ClientAddress = request.Client,
            PeerAddress = request.Client,
            Scheme = request.Scheme,
            ForwardedScheme = request.Scheme,
            Path = target.Path,
            Query = target.Query,
            RawTarget = request.Target,
        };
        if (match.Protocols.Check(request.Scheme == "https", false, headers.ContentType) != ProtocolMismatch.None)
            return new Decision(route, route.Config.HttpsRedirectStatusCode);
        var (refused, unclear) = Authenticate(exchange, request, current);
        return new Decision(route, refused ?? (unclear is null ? Answer(exchange) : null)) { Unclear = unclear };
    }

    /// <summary>401 where a plugin wants to know who calls and would not; or the plugin of which that cannot be told.</summary>
    private static (int? Status, string? Unclear) Authenticate(Exchange exchange, RecordedRequest request, GatewaySnapshot current)
    {
        foreach (var planned in exchange.Plan.Plugins)
        {
            if (planned.Instance is not AuthenticationPlugin plugin || plugin.Passes(exchange) || (plugin.Anonymous is not null && exchange.Credential is not null))
                continue;
            if (IsKnown(exchange, planned, plugin, request, current) is not { } known)
                return (null, planned.Descriptor.Name);
            if (!known && plugin.Anonymous is null)
                return (StatusCodes.Status401Unauthorized, null);
            if (!known && exchange.Snapshot.FindConsumer(plugin.Anonymous!) is { } nobody)
                exchange.Authenticated(nobody, null);
        }
        return (null, null);
    }

    /// <summary>Whether the plugin would know the caller; null when that cannot be told.</summary>
    private static bool? IsKnown(Exchange exchange, PlannedPlugin planned, AuthenticationPlugin plugin, RecordedRequest request, GatewaySnapshot current)
    {
        var recognition = plugin.Recognize(exchange);
        if (recognition.IsRefused)
            return false;
        if (recognition.Credential is { } shown)
        {
            exchange.Authenticated(shown.ConsumerIn(exchange.Snapshot), shown.Config);
            return true;
        }
        return request.Credential is not var (id, kind) || (PluginOf(kind) is { } own && own != planned.Descriptor.Name)
            ? null
            : IsStillKnown(exchange, planned.Descriptor.Name, id, kind, request.Consumer, current);
    }

    /// <summary>By what the caller was known when the request came.</summary>
    private static bool? IsStillKnown(Exchange exchange, string plugin, Guid id, Type kind, Guid? caller, GatewaySnapshot current)
    {
        var consumer = caller is { } wanted ? exchange.Snapshot.Consumers.GetValueOrDefault(wanted) : null;
        if (caller is not null && consumer is null)
            return false;
        if (PluginOf(kind) is not null)
        {
            if (consumer is null || current.Derived(CredentialsOf).ById.GetValueOrDefault(id) is not { } then
                || exchange.Snapshot.Derived(CredentialsOf).ById.GetValueOrDefault(id) is not { } now || !ProveTheSame(then, now))
                return false;
            exchange.Authenticated(consumer, now);
            return true;
        }

        // Somebody else's word, such as a token of an issuer: it says the same again to the plugin that it was said to.
        if (!current.Document.Plugins.Any(p => p.Name == plugin))
            return null;
        var word = new TokenCredential { Id = id };
        if (consumer is null)
            exchange.Authenticated(word);
        else
            exchange.Authenticated(consumer, word);
        return true;
    }

    /// <summary>Whether what proved the one proves the other.</summary>
    private static bool ProveTheSame(CredentialConfig a, CredentialConfig b) => (a, b) switch
    {
        (KeyAuthCredential x, KeyAuthCredential y) => x.Key == y.Key,
        (JwtCredential x, JwtCredential y) => (x.Key, x.Secret, x.RsaPublicKey, x.Algorithm) == (y.Key, y.Secret, y.RsaPublicKey, y.Algorithm),
        (BasicAuthCredential x, BasicAuthCredential y) => (x.Username, x.Password) == (y.Username, y.Password),
        (HmacAuthCredential x, HmacAuthCredential y) => (x.Username, x.Secret) == (y.Username, y.Secret),
        _ => a.GetType() == b.GetType(),
    };

    private static int? Answer(Exchange exchange)
    {
        for (var stage = RequestStage.Accept; stage <= RequestStage.Rewrite; stage++)
        {
            if (stage is RequestStage.Authenticate)
                continue;
            foreach (var planned in exchange.Plan.Plugins)
            {
                if (!Deciding.Contains(planned.Descriptor.Name) || !exchange.Plan.ForStage(stage).Contains(planned.Instance))
                    continue;
                var verdict = exchange.Ask(planned.Instance, stage);
                if (verdict.IsCompletedSuccessfully && verdict.Result.Answer is { } answer)
                    return answer.Status;
            }
        }
        return null;
    }

    private static Credentials CredentialsOf(GatewaySnapshot snapshot) => new(snapshot.Document.Credentials.ToDictionary(c => c.Id));

    private static string? PluginOf(Type credential) =>
        credential == typeof(KeyAuthCredential) ? "key-auth"
        : credential == typeof(JwtCredential) ? "jwt"
        : credential == typeof(BasicAuthCredential) ? "basic-auth"
        : credential == typeof(HmacAuthCredential) ? "hmac-auth"
        : credential == typeof(OAuth2Credential) ? "oauth2"
        : null;

    private static DefaultHttpContext ContextOf(RecordedRequest request)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = request.Method;
        http.Request.Scheme = request.Scheme;
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = request.Target;
        foreach (var (name, value) in request.Headers)
            http.Request.Headers[name] = value;
        return http;
    }

    private sealed record Credentials(Dictionary<Guid, CredentialConfig> ById);

    private readonly record struct Decision(RouteModel? Model, int? Status)
    {
        /// <summary>The plugin of which it cannot be told whether it would let the request pass.</summary>
        public string? Unclear { get; init; }

        public Guid? Route => Model?.Config.Id;

        public string Label => Model?.Label ?? "none";

        public Guid? Service => Model?.Service?.Config.Id;

        public string ServiceLabel => Model?.Service?.Label ?? "none";
    }
}
