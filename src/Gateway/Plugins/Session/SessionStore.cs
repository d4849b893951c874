using System.Collections.Concurrent;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>
/// Sessions in memory, by id. Bounded: when it is full, those that have ended go, and then those that would end first. Survives reloads.
/// </summary>
internal sealed class SessionStore(int capacity = 100_000)
{
    private readonly ConcurrentDictionary<string, (SessionState State, long Ends)> sessions = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public int Count => sessions.Count;

    /// <param name="state">The session.</param>
    /// <param name="ends">Seconds since 1970 from which it may be forgotten.</param>
    /// <param name="now">Seconds since 1970.</param>
    public void Put(SessionState state, long ends, long now)
    {
        if (sessions.Count >= capacity) MakeRoom(now);
        sessions[state.Id] = (state, ends);
    }

    public SessionState? Find(string id, long now) => sessions.TryGetValue(id, out var found) && now < found.Ends ? found.State : null;

    public void Remove(string id) => sessions.TryRemove(id, out _);

    /// <summary>Has a session forgotten at <paramref name="ends"/>, unless that is later than it would be anyway.</summary>
    public void Expire(string id, long ends)
    {
        if (sessions.TryGetValue(id, out var found) && found.Ends > ends) sessions.TryUpdate(id, found with { Ends = ends }, found);
    }

    private void MakeRoom(long now)
    {
        lock (gate)
        {
            if (sessions.Count < capacity) return;
            foreach (var (id, session) in sessions)
                if (session.Ends <= now)
                    sessions.TryRemove(id, out _);
            if (sessions.Count < capacity) return;
            foreach (var (id, _) in sessions.OrderBy(s => s.Value.Ends).Take((capacity / 10) + 1).ToList()) sessions.TryRemove(id, out _);
        }
    }
}
