using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Replaying;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>
/// What authentication plugins have in common. Without <c>anonymous</c> a plugin must succeed, also where others stand beside it (and); with it,
/// the first of the route's plugins that succeeds decides and a failure makes the caller the anonymous consumer (or).
/// </summary>
internal abstract partial class AuthenticationPlugin(PluginSetup setup, string? anonymous, bool runOnPreflight) : Plugin
{
    private readonly GatewaySnapshot snapshot = setup.Snapshot;
    private readonly ILogger log = setup.Log;
    private ConsumerModel? anonymousConsumer;

    public sealed override ValueTask<Verdict> AuthenticateAsync(Exchange exchange)
    {
        if (TryAnswer(exchange) is { } answered) return answered;
        if (Passes(exchange))
        {
            if (exchange.Consumer is null) ConsumerHeaders.Remove(exchange.Request.Headers);
            return Verdict.Continue;
        }

        if (anonymous is not null && exchange.Credential is not null) return Verdict.Continue;
        var identified = IdentifyAsync(exchange);
        return identified.IsCompletedSuccessfully ? Conclude(exchange, identified.Result) : ConcludeLaterAsync(exchange, identified);
    }

    /// <summary>The consumer that callers without good credentials are taken for; null when they are refused.</summary>
    internal string? Anonymous => anonymous;

    /// <summary>Whether the plugin lets the request pass without looking who calls.</summary>
    internal bool Passes(Exchange exchange) => !runOnPreflight && HttpMethods.IsOptions(exchange.Request.Method);

    /// <summary>What the plugin would make of a recorded request, whose secrets are fingerprints. Only of its head.</summary>
    internal virtual Recognition Recognize(Exchange recorded) => Recognition.Unclear;

    /// <summary>Whether a recorded request has <c>Authorization</c> or <c>Proxy-Authorization</c> of this scheme; of any when null.</summary>
    protected static bool ShowsAuthorization(Exchange recorded, string? scheme = null)
    {
        foreach (var name in (ReadOnlySpan<string>)["Proxy-Authorization", "Authorization"])
            foreach (var value in recorded.Request.Headers[name])
                if (scheme is null || (value is not null && value.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase)))
                    return true;
        return false;
    }

    /// <summary>Requests that the plugin answers itself, whoever calls; null for all others.</summary>
    protected virtual ValueTask<Verdict>? TryAnswer(Exchange exchange) => null;

    /// <summary>Finds out who calls and says so with <see cref="Known(Exchange, IndexedCredential, string)"/>.</summary>
    /// <returns>Null when the caller is known, else the refusal.</returns>
    protected abstract ValueTask<Answer?> IdentifyAsync(Exchange exchange);

    /// <summary>The caller is the owner of <paramref name="credential"/>.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="credential">What was shown.</param>
    /// <param name="identifier">What names the credential to the upstream.</param>
    protected void Known(Exchange exchange, IndexedCredential credential, string identifier)
    {
        var consumer = credential.ConsumerIn(snapshot);
        exchange.Authenticated(consumer, credential.Config);
        ConsumerHeaders.Set(exchange.Request.Headers, consumer, identifier);
    }

    /// <summary>The caller is <paramref name="consumer"/>, whom somebody else's word names.</summary>
    protected static void Known(Exchange exchange, ConsumerModel consumer, CredentialConfig credential, string identifier)
    {
        exchange.Authenticated(consumer, credential);
        ConsumerHeaders.Set(exchange.Request.Headers, consumer, identifier);
    }

    /// <summary>The caller is known by <paramref name="credential"/>, which belongs to no consumer.</summary>
    protected static void KnownWithoutConsumer(Exchange exchange, CredentialConfig credential, string identifier)
    {
        exchange.Authenticated(credential);
        ConsumerHeaders.Remove(exchange.Request.Headers);
        exchange.Request.Headers[ConsumerHeaders.CredentialIdentifier] = identifier;
    }

    private async ValueTask<Verdict> ConcludeLaterAsync(Exchange exchange, ValueTask<Answer?> identified) =>
        await Conclude(exchange, await identified);

    private ValueTask<Verdict> Conclude(Exchange exchange, Answer? refusal)
    {
        if (refusal is null) return Verdict.Continue;

        // A failure of ours says nothing of the caller.
        if (anonymous is null || refusal.Status >= StatusCodes.Status500InternalServerError) return Verdict.Stop(refusal);
        var consumer = anonymousConsumer ??= snapshot.FindConsumer(anonymous);
        if (consumer is null)
        {
            AnonymousMissing(log, anonymous);
            return Verdict.Stop(AuthenticationErrors.AnonymousConsumerMissing.Answer);
        }

        exchange.Authenticated(consumer, null);
        ConsumerHeaders.Set(exchange.Request.Headers, consumer, identifier: null);
        return Verdict.Continue;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The anonymous consumer {Consumer} does not exist")]
    private static partial void AnonymousMissing(ILogger log, string consumer);
}
