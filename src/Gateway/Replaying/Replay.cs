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
/// limits and caches do not take part. Secrets are not recorded, so who called is not proved again: a caller is known to a configuration that still has
/// the consumer with a credential of the kind that was shown.
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
            var what = Difference(Decide(current, request), Decide(candidate, request));
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
        : old.Status != next.Status ? $"would no longer get {old.Status}"
        : old.Route != next.Route ? $"go to another route ({old.Label} -> {next.Label})"
        : old.Service != next.Service ? $"go to another service ({old.ServiceLabel} -> {next.ServiceLabel})"
        : null;

    /// <summary>The route, and the status of an answer before the upstream; null for none.</summary>
    private static Decision Decide(GatewaySnapshot snapshot, RecordedRequest request)
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
        return new Decision(route, Authenticate(exchange, request) ?? Answer(exchange));
    }

    /// <summary>401 where a plugin wants to know who calls and would not.</summary>
    private static int? Authenticate(Exchange exchange, RecordedRequest request)
    {
        var wanting = exchange.Plan.Plugins.Where(p => p.Instance is AuthenticationPlugin).ToList();
        if (wanting.Count == 0)
            return null;
        var caller = request.Consumer is { } id ? exchange.Snapshot.Consumers.GetValueOrDefault(id) : null;
        var shown = caller is null || request.Credential is null ? null
            : exchange.Snapshot.Derived(CredentialsOf).ByOwner.GetValueOrDefault((request.Credential, caller.Config.Id));
        var anonymous = wanting.Select(p => AnonymousOf(p.Middleware.Config)).FirstOrDefault(a => a is not null);
        var suits = shown is not null && wanting.Exists(p => p.Descriptor.Name == PluginOf(shown));
        if (suits)
            exchange.Authenticated(caller!, shown);
        else if (anonymous is null)
            return StatusCodes.Status401Unauthorized;
        else if (exchange.Snapshot.FindConsumer(anonymous) is { } nobody)
            exchange.Authenticated(nobody, null);
        return null;
    }

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

    private static Credentials CredentialsOf(GatewaySnapshot snapshot)
    {
        var byOwner = new Dictionary<(Type, Guid), CredentialConfig>();
        foreach (var credential in snapshot.Document.Credentials)
            if (credential.Consumer is { } owner)
                byOwner.TryAdd((credential.GetType(), owner.Id), credential);
        return new Credentials(byOwner);
    }

    private static string? AnonymousOf(object? config) => config?.GetType().GetProperty("Anonymous")?.GetValue(config) as string;

    private static string PluginOf(CredentialConfig credential) => credential switch
    {
        KeyAuthCredential => "key-auth",
        JwtCredential => "jwt",
        BasicAuthCredential => "basic-auth",
        HmacAuthCredential => "hmac-auth",
        OAuth2Credential => "oauth2",
        _ => "",
    };

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

    /// <summary>One credential of each kind that a consumer has.</summary>
    private sealed record Credentials(Dictionary<(Type, Guid), CredentialConfig> ByOwner);

    private readonly record struct Decision(RouteModel? Model, int? Status)
    {
        public Guid? Route => Model?.Config.Id;

        public string Label => Model?.Label ?? "none";

        public Guid? Service => Model?.Service?.Config.Id;

        public string ServiceLabel => Model?.Service?.Label ?? "none";
    }
}
