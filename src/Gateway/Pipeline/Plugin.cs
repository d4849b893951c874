namespace Sluice.Gateway.Pipeline;

/// <summary>
/// A piece of code that acts on exchanges. One instance exists per middleware (configured plugin) per snapshot; it holds its configuration,
/// keeps what must outlive a snapshot in <see cref="PluginSetup.Shared"/>, and is used by many exchanges at once.
/// </summary>
/// <remarks>
/// Override the stages you need; the others cost nothing, because a request walks only those plugins that override a stage.
/// Stages run in the order declared here; inside one, plugins run in the order of <see cref="PluginCatalog"/>.
/// A stage that can decide at once returns a completed value; what blocks or burns CPU is awaited off the event loop.
/// A stage that throws fails its request with a 500 and a log line, never the gateway.
/// </remarks>
public abstract class Plugin
{
    /// <summary>Where its failures are counted; null outside a gateway.</summary>
    internal PluginFailures? Failures { get; set; }

    /// <summary>How long a stage may take that does not end at once; null for as long as the plugin itself says, as the built-in ones do.</summary>
    internal TimeSpan? StageLimit { get; set; }

    /// <summary>Before anything is known of the caller. The consumer is not known: middleware scoped to one does not run here.</summary>
    public virtual ValueTask<Verdict> AcceptAsync(Exchange exchange) => Verdict.Continue;

    /// <summary>Finds out who calls and sets <see cref="Exchange.Consumer"/>, or refuses.</summary>
    public virtual ValueTask<Verdict> AuthenticateAsync(Exchange exchange) => Verdict.Continue;

    /// <summary>Whether the caller may. From here on, middleware scoped to the consumer or its groups takes part.</summary>
    public virtual ValueTask<Verdict> AuthorizeAsync(Exchange exchange) => Verdict.Continue;

    /// <summary>How much the caller may.</summary>
    public virtual ValueTask<Verdict> LimitAsync(Exchange exchange) => Verdict.Continue;

    /// <summary>Changes what goes upstream, or answers in its place (a cache, a fixed answer).</summary>
    public virtual ValueTask<Verdict> RewriteAsync(Exchange exchange) => Verdict.Continue;

    /// <summary>An endpoint has been chosen and the request is about to be sent to it; runs again for each retry.</summary>
    public virtual void BeforeUpstream(Exchange exchange)
    {
    }

    /// <summary>The head of the upstream's answer, or of what a workflow answers in its place, is in <see cref="Exchange.Response"/>; not for other answers made here.</summary>
    public virtual void UpstreamAnswered(Exchange exchange)
    {
    }

    /// <summary>No endpoint gave an answer, or none may be asked: what to send in place of <paramref name="error"/>; null for nothing better.</summary>
    public virtual Answer? UpstreamFailed(Exchange exchange, GatewayError error) => null;

    /// <summary>
    /// Any response, whoever made it, is about to be sent: its status and header fields can still be changed, and the body can be asked for
    /// with <see cref="Exchange.RewriteResponseBody"/> or <see cref="Exchange.CaptureResponseBody"/>. Kong's <c>header_filter</c>.
    /// </summary>
    public virtual void Respond(Exchange exchange)
    {
    }

    /// <summary>The exchange is over and its response sent, for logs and counters. Must not block.</summary>
    public virtual void Record(Exchange exchange)
    {
    }
}
