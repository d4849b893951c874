using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>Recognises callers by their session, and begins one for those whom another plugin has authenticated.</summary>
internal sealed class SessionPlugin : Plugin
{
    private const int MaxBody = 1024 * 1024;

    private static readonly PluginSlot<OpenSession> Slot = new();

    private readonly SessionConfig config;
    private readonly GatewaySnapshot snapshot;
    private readonly TimeProvider time;
    private readonly Sessions sessions;
    private readonly (string Property, string Field)[] requestFields;
    private readonly (string Property, string Field)[] responseFields;

    public SessionPlugin(SessionConfig config, PluginSetup setup)
    {
        this.config = config;
        snapshot = setup.Snapshot;
        time = setup.Time;
        var lease = setup.Snapshot.Lease;
        var secret = config.Secret ?? MadeUpSecret.For(setup);
        sessions = new Sessions(config, secret, config.Storage is "kong" ? setup.Shared.Get(nameof(SessionPlugin), lease, static () => new SessionStore()) : null);
        requestFields = [.. config.RequestHeaders.Select(p => (p, FieldOf(p)))];
        responseFields = [.. config.ResponseHeaders.Select(p => (p, FieldOf(p)))];
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<SessionPlugin, SessionConfig>((c, s) => new SessionPlugin(c, s))
    {
        Name = "session",
        Summary = "Remembers in a cookie who a caller is, beside another authentication plugin.",
        Authenticates = true,
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AuthenticateAsync(Exchange exchange)
    {
        if (exchange.Request.Headers.Cookie.Count == 0) return Verdict.Continue;
        var now = time.GetUtcNow();
        if (sessions.Open(exchange.Request.Cookies, now, out var remembered) is not { } session) return Verdict.Continue;
        if (!config.LogoutMethods.Contains(exchange.Request.Method, StringComparer.Ordinal)) return GoOn(exchange, session, remembered, now);
        if (QueryArguments.Find(exchange.Query, config.LogoutQueryArg).Count > 0) return Verdict.Stop(LoggedOut(exchange, session));
        return config.ReadBodyForLogout ? LookIntoBodyAsync(exchange, session, remembered, now) : GoOn(exchange, session, remembered, now);
    }

    public override void Respond(Exchange exchange)
    {
        var open = Slot.Get(exchange);
        Slot.Set(exchange, null);
        var session = open?.State;
        var now = time.GetUtcNow();
        var headers = exchange.Response.Headers;
        var lines = open?.Cookies;

        // Anonymous callers get no session.
        if (exchange is { Consumer: { } consumer, Credential: { } credential } && (session?.Consumer != consumer.Config.Id || session.Credential != credential.Id))
        {
            session = session is null ? Begun(consumer, credential, now) : sessions.Renew(session, now, remembered: false) with
            {
                Subject = consumer.Label,
                Consumer = consumer.Config.Id,
                Credential = credential.Id,
            };
            lines = sessions.Save(session, now, withLasting: true);
        }

        if (lines is not null) headers.SetCookie = StringValues.Concat(headers.SetCookie, lines);
        if (session is null) return;
        foreach (var (property, field) in responseFields)
            if (session.Tell(property, config, now.ToUnixTimeSeconds()) is { } value)
                headers[field] = value;
    }

    private async ValueTask<Verdict> LookIntoBodyAsync(Exchange exchange, SessionState session, bool remembered, DateTimeOffset now)
    {
        var body = BodyArguments.From(exchange.Request.ContentType, await exchange.ReadRequestBodyAsync(MaxBody));
        return body.Has(config.LogoutPostArg) ? LoggedOut(exchange, session) : await GoOn(exchange, session, remembered, now);
    }

    private Answer LoggedOut(Exchange exchange, SessionState session)
    {
        Slot.Set(exchange, new OpenSession(null, sessions.End(session, exchange.Request.Cookies)));
        return new Answer { Status = StatusCodes.Status200OK };
    }

    private ValueTask<Verdict> GoOn(Exchange exchange, SessionState session, bool remembered, DateTimeOffset now)
    {
        if (!snapshot.Consumers.TryGetValue(session.Consumer, out var consumer))
        {
            Slot.Set(exchange, new OpenSession(null, sessions.End(session, exchange.Request.Cookies)));
            return Verdict.Continue;
        }

        string[]? lines = null;
        if (sessions.IsDue(session, now, out var renew) || remembered)
        {
            renew |= remembered;
            session = renew ? sessions.Renew(session, now, remembered) : session with { Touched = now.ToUnixTimeSeconds() };
            lines = sessions.Save(session, now, withLasting: renew);
        }

        Slot.Set(exchange, new OpenSession(session, lines));
        exchange.Authenticated(consumer, new SessionCredential { Id = session.Credential, Consumer = new Reference(session.Consumer) });
        var headers = exchange.Request.Headers;
        ConsumerHeaders.Set(headers, consumer, session.Credential.ToString());
        foreach (var (property, field) in requestFields)
        {
            if (session.Tell(property, config, now.ToUnixTimeSeconds()) is { } value) headers[field] = value;
            else headers.Remove(field);
        }

        return Verdict.Continue;
    }

    private SessionState Begun(ConsumerModel consumer, CredentialConfig credential, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return new SessionState(SessionState.NewId(), config.Audience, consumer.Label, consumer.Config.Id, credential.Id, seconds, seconds, seconds, seconds);
    }

    /// <summary><c>Session-Idling-Timeout</c> for <c>idling-timeout</c>.</summary>
    private static string FieldOf(string property) => "Session-" + string.Join('-', property.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    /// <param name="State">The session; null for one that has been ended.</param>
    /// <param name="Cookies">The Set-Cookie lines that the response is to bring.</param>
    private sealed record OpenSession(SessionState? State, string[]? Cookies);
}
