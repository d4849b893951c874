using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Transport;
using Endpoint = Sluice.Gateway.Upstreams.Endpoint;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// One request and its response going through the gateway: the <see cref="HttpContext"/> plus what the gateway knows of it.
/// The object is used again for the next request of a connection, so nothing may hold on to it after <see cref="Plugin.Record"/>.
/// </summary>
public sealed partial class Exchange
{
    /// <summary>For tests and embedding; the server makes its own.</summary>
    internal Exchange(HttpContext http, EventLoop? loop)
    {
        Http = http;
        Loop = loop;
    }

    /// <summary>Where this object is kept for the next request of its connection; null where it is not.</summary>
    internal Microsoft.AspNetCore.Hosting.Server.Abstractions.IHostContextContainer<Exchange>? Container { get; set; }

    /// <summary>What is told when an exchange runs on an HTTP/1 connection; null otherwise.</summary>
    internal Listeners.RejectionWriter? Rejections { get; init; }

    /// <summary>The last request target of the connection and what was made of it.</summary>
    internal Routing.RequestTargetCache Targets { get; } = new();

    /// <summary>The framework's view. <see cref="Request"/> and <see cref="Response"/> are its two halves.</summary>
    public HttpContext Http { get; }

    /// <summary>The client's request. Header fields changed here are what the upstream gets.</summary>
    public HttpRequest Request => Http.Request;

    /// <summary>The response to the client; filled from the upstream's head before <see cref="Plugin.UpstreamAnswered"/>.</summary>
    public HttpResponse Response => Http.Response;

    /// <summary>The configuration that this exchange runs on from start to end.</summary>
    public GatewaySnapshot Snapshot { get; internal set; } = null!;

    /// <summary>The loop that the client's connection lives on; null without loops. Await <c>Loop.SwitchTo()</c> to come back to it.</summary>
    public EventLoop? Loop { get; }

    /// <summary>The index of <see cref="Loop"/>, or 0; picks the stripe of striped counters.</summary>
    internal int LoopIndex => Loop?.Index ?? 0;

    /// <summary>The match; <see cref="RouteMatch.Route"/> is null when no route matched.</summary>
    public RouteMatch Match { get; internal set; }

    /// <summary>The matched route; null when none did.</summary>
    public RouteModel? Route => Match.Route;

    /// <summary>The matched route's service, if it has one.</summary>
    public ServiceModel? Service => Match.Route?.Service;

    /// <summary>Where the request is sent: <see cref="Service"/>, unless a plugin has sent it elsewhere.</summary>
    public ServiceModel? Destination => elsewhere ?? Service;

    /// <summary>The middleware that applies; chosen again when <see cref="Consumer"/> becomes known.</summary>
    public PluginPlan Plan { get; internal set; } = null!;

    /// <summary>Who calls; set by an authentication plugin through <see cref="Authenticated(ConsumerModel, Configuration.CredentialConfig?)"/>.</summary>
    public ConsumerModel? Consumer { get; private set; }

    /// <summary>What the caller showed; null for an anonymous one.</summary>
    public Configuration.CredentialConfig? Credential { get; private set; }

    private ServiceModel? elsewhere;

    /// <summary>What goes upstream.</summary>
    public UpstreamRequest Upstream;

    /// <summary>The endpoint of the current or last try.</summary>
    public Endpoint? Endpoint { get; internal set; }

    /// <summary>Decides over further tries in place of the service's own settings; set by a plugin.</summary>
    internal RetryRules? RetryRules { get; set; }

    /// <summary>The pause before the next try, as <see cref="RetryRules"/> has decided.</summary>
    internal TimeSpan RetryDelay { get; set; }

    /// <summary>When a second try runs beside a slow one; set by a plugin.</summary>
    internal HedgeRules? HedgeRules { get; set; }

    /// <summary>By when the current try must have an answer's head, in ticks of <see cref="System.Diagnostics.Stopwatch"/>; 0 for no limit.</summary>
    internal long TryDeadline { get; set; }

    /// <summary>How the current or last try ended.</summary>
    internal Upstreams.TryOutcome Outcome { get; set; }

    /// <summary>Counts, timestamps and the trace of this exchange.</summary>
    public ExchangeTimings Timings;

    /// <summary>The client's address, taken from trusted proxies where they are configured.</summary>
    public IPAddress ClientAddress { get; internal set; } = IPAddress.None;

    /// <summary>The client's port, or 0 when a trusted proxy did not tell.</summary>
    public int ClientPort { get; internal set; }

    /// <summary>The address of the peer of the connection itself.</summary>
    public IPAddress PeerAddress { get; internal set; } = IPAddress.None;

    /// <summary><c>http</c> or <c>https</c>: what the connection itself speaks.</summary>
    public string Scheme { get; internal set; } = "http";

    /// <summary>What a trusted proxy says the client spoke, or else <see cref="Scheme"/>.</summary>
    public string ForwardedScheme { get; internal set; } = "http";

    /// <summary>The peer is one of the configured trusted proxies, so that its X-Forwarded fields are kept.</summary>
    public bool PeerIsTrusted { get; internal set; }

    /// <summary>The path of the request, normalised as the router sees it; starts with <c>/</c>, still percent-encoded where it must be.</summary>
    public string Path { get; internal set; } = "/";

    /// <summary>The query as it came, with its <c>?</c>, or empty.</summary>
    public string Query { get; internal set; } = "";

    /// <summary>The target of the request line as it came.</summary>
    public string RawTarget { get; internal set; } = "/";

    /// <summary>The spans of this exchange; null unless it is traced.</summary>
    internal ExchangeTrace? Trace { get; set; }

    /// <summary>The trace that what is done for the exchange belongs to: the gateway's own span, or what a tracing plugin or the caller says; nothing when there is none.</summary>
    public System.Diagnostics.ActivityContext TraceContext => Trace?.Context ?? (Telemetry.TraceContext.TryRead(Request.Headers, out var said) ? said : default);

    /// <summary>The head of the request where it is one of those that are kept; null for the others.</summary>
    internal Replaying.RecordedRequest? Recorded { get; set; }

    /// <summary>Who made the response.</summary>
    public ResponseSource Source { get; internal set; }

    /// <summary>The error that the gateway answered with, if it did.</summary>
    public GatewayError? Error { get; internal set; }

    /// <summary>
    /// Sends the request to another service than the route's. The path follows that service's own, unless a plugin has set it already. From
    /// <see cref="Plugin.RewriteAsync"/> or earlier.
    /// </summary>
    public void SendTo(ServiceModel destination)
    {
        var before = Destination?.Config;
        elsewhere = destination;
        if (Route is not { } route || string.Equals(before?.Path ?? "/", destination.Config.Path ?? "/", StringComparison.Ordinal)) return;
        if (string.Equals(Targets.UpstreamPath(Match, route.Config, before, Path), Upstream.Path, StringComparison.Ordinal))
            Upstream.Path = UpstreamPath.Build(Match, route.Config, destination.Config, Path);
    }

    /// <summary>Records who the caller is and chooses the middleware that applies to them. <paramref name="credential"/> is null for an anonymous consumer.</summary>
    public void Authenticated(ConsumerModel consumer, Configuration.CredentialConfig? credential)
    {
        Consumer = consumer;
        Credential = credential;

        // From the route's own plan, since an earlier plugin may have chosen another consumer's.
        Plan = Match.Route!.Plan.For(consumer);
    }

    /// <summary>Records what the caller showed where that belongs to no consumer.</summary>
    public void Authenticated(Configuration.CredentialConfig credential)
    {
        Consumer = null;
        Credential = credential;
        Plan = Match.Route!.Plan;
    }
}
