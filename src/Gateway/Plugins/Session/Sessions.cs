using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>The sessions of one middleware: opens them from a request's cookies, and makes the cookies of those that begin, go on or end.</summary>
internal sealed class Sessions
{
    /// <summary>Seconds that a session is used before its cookie says so; each saying costs the client a new cookie.</summary>
    private const long TouchThreshold = 60;

    private readonly SessionConfig config;
    private readonly SessionStore? store;
    private readonly SessionCookie cookie;
    private readonly SessionCookie? lasting;

    /// <param name="config">The middleware's.</param>
    /// <param name="secret">What cookies are sealed with.</param>
    /// <param name="store">Where sessions are; null for the cookie itself.</param>
    public Sessions(SessionConfig config, string secret, SessionStore? store)
    {
        this.config = config;
        this.store = store;
        cookie = new SessionCookie(config, secret, isLasting: false);
        lasting = config.Remember ? new SessionCookie(config, secret, isLasting: true) : null;
    }

    /// <summary>The session that the request belongs to; null when there is none, or none any more.</summary>
    /// <param name="cookies">The request's.</param>
    /// <param name="now">The time.</param>
    /// <param name="remembered">It has ended and was brought back by the lasting cookie; it must be renewed.</param>
    public SessionState? Open(IRequestCookieCollection cookies, DateTimeOffset now, out bool remembered)
    {
        var seconds = now.ToUnixTimeSeconds();
        remembered = false;
        if (Read(cookie, cookies) is { } session && session.Touched + Limit(config.IdlingTimeout) >= seconds && IsInTime(cookie, session, seconds)) return session;
        if (lasting is null || Read(lasting, cookies) is not { } old || !IsInTime(lasting, old, seconds)) return null;
        remembered = true;
        return old;

        SessionState? Read(SessionCookie from, IRequestCookieCollection cookies)
        {
            if (cookies[from.Name] is not { Length: > 0 } value || from.Open(value) is not { } content) return null;
            var state = store is null ? SessionState.Read(content) : store.Find(Encoding.UTF8.GetString(content), seconds);
            return string.Equals(state?.Audience, config.Audience, StringComparison.Ordinal) ? state : null;
        }
    }

    /// <summary>Whether the session's cookie should be made anew, because it ends soon or has not said for a while that it is used.</summary>
    public bool IsDue(SessionState session, DateTimeOffset now, out bool renew)
    {
        var seconds = now.ToUnixTimeSeconds();
        renew = config.RollingTimeout > 0 && seconds - session.Renewed > Math.Floor(config.RollingTimeout * 0.75);
        return renew || (config.IdlingTimeout > 0 && seconds - session.Touched > Math.Min(TouchThreshold, config.IdlingTimeout / 4));
    }

    /// <summary>The session with another id and a new life up to its absolute end.</summary>
    /// <param name="session">The session.</param>
    /// <param name="now">The time.</param>
    /// <param name="remembered">It was brought back by the lasting cookie: its absolute end moves too.</param>
    public SessionState Renew(SessionState session, DateTimeOffset now, bool remembered)
    {
        var seconds = now.ToUnixTimeSeconds();
        store?.Expire(session.Id, seconds + (long)config.StaleTtl);
        return session with { Id = SessionState.NewId(), Created = remembered ? seconds : session.Created, Renewed = seconds, Touched = seconds };
    }

    /// <summary>Keeps the session and gives the Set-Cookie lines that bring it to the client.</summary>
    /// <param name="session">The session.</param>
    /// <param name="now">The time.</param>
    /// <param name="withLasting">The lasting cookie too, where there is one.</param>
    public string[] Save(SessionState session, DateTimeOffset now, bool withLasting) =>
        withLasting && lasting is not null
            ? [Keep(cookie, session, now), Keep(lasting, session with { Id = SessionState.NewId() }, now)]
            : [Keep(cookie, session, now)];

    /// <summary>Forgets the session and gives the Set-Cookie lines that have the client forget it.</summary>
    public string[] End(SessionState session, IRequestCookieCollection cookies)
    {
        store?.Remove(session.Id);
        if (lasting is null) return [cookie.Clear()];
        if (store is not null && cookies[lasting.Name] is { Length: > 0 } value && lasting.Open(value) is { } id) store.Remove(Encoding.UTF8.GetString(id));
        return [cookie.Clear(), lasting.Clear()];
    }

    /// <summary>With a store, the cookie holds the session's id only.</summary>
    private string Keep(SessionCookie into, SessionState session, DateTimeOffset now)
    {
        if (store is null) return into.Set(session.Write(), now);
        var ends = EndOf(into, session);
        store.Put(session, ends < long.MaxValue ? (long)ends + 1 : long.MaxValue, now.ToUnixTimeSeconds());
        return into.Set(Encoding.UTF8.GetBytes(session.Id), now);
    }

    private static bool IsInTime(SessionCookie from, SessionState session, long now) =>
        EndOf(from, session) >= now;

    private static double EndOf(SessionCookie cookie, SessionState session) =>
        Math.Min(session.Renewed + Limit(cookie.Lifetime), (cookie.IsLasting ? session.Remembered : session.Created) + Limit(cookie.AbsoluteTimeout));

    private static double Limit(double seconds) => seconds > 0 ? seconds : double.MaxValue;
}
