using System.Collections.Concurrent;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>
/// Tokens and codes in the memory of this process; they survive reloads, not restarts. Bounded: when it is full, those go that are over, and then those
/// that are over first.
/// </summary>
internal sealed class TokenStore(int capacity = 1_000_000)
{
    private readonly ConcurrentDictionary<string, IssuedToken> byAccess = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IssuedToken> byRefresh = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AuthorizationCode> codes = new(StringComparer.Ordinal);

    /// <summary>Tokens of the file that have been refreshed since, by id.</summary>
    private readonly ConcurrentDictionary<Guid, bool> revoked = new();
    private readonly Lock gate = new();

    public int Count => byAccess.Count;

    public void Add(IssuedToken token, double now)
    {
        MakeRoom(byAccess, t => t.Forgotten, Remove, now);
        byAccess[token.Access] = token;
        if (token.Refresh is { } refresh) byRefresh[refresh] = token;
    }

    public void Remove(IssuedToken token)
    {
        byAccess.TryRemove(token.Access, out _);
        if (token.Refresh is { } refresh) byRefresh.TryRemove(new KeyValuePair<string, IssuedToken>(refresh, token));
    }

    public IssuedToken? FindByAccess(string access, double now) => byAccess.TryGetValue(access, out var found) && now < found.Forgotten ? found : null;

    public IssuedToken? FindByRefresh(string refresh, double now) => byRefresh.TryGetValue(refresh, out var found) && now < found.Forgotten ? found : null;

    /// <summary>Has a token of the file, which cannot be removed, no longer count.</summary>
    /// <returns>Whether it counted until now.</returns>
    public bool Revoke(IssuedToken declared) => revoked.TryAdd(declared.Id, true);

    public bool IsRevoked(Guid id) => revoked.ContainsKey(id);

    /// <returns>Whether the refresh token was there until now: of two who use it at once, one is given a new one.</returns>
    public bool TakeRefresh(IssuedToken token)
    {
        if (!byRefresh.TryRemove(new KeyValuePair<string, IssuedToken>(token.Refresh!, token))) return false;
        byAccess.TryRemove(token.Access, out _);
        return true;
    }

    public string AddCode(AuthorizationCode code, double now)
    {
        MakeRoom(codes, c => c.Ends, null, now);
        var text = IssuedToken.NewText();
        codes[text] = code;
        return text;
    }

    public AuthorizationCode? FindCode(string code, double now) => codes.TryGetValue(code, out var found) && now < found.Ends ? found : null;

    /// <returns>Whether it was there until now.</returns>
    public bool TakeCode(string code) => codes.TryRemove(code, out _);

    private void MakeRoom<T>(ConcurrentDictionary<string, T> table, Func<T, double> ends, Action<T>? remove, double now)
    {
        if (table.Count < capacity) return;
        lock (gate)
        {
            if (table.Count < capacity) return;
            foreach (var (key, value) in table.Where(e => ends(e.Value) <= now).ToList()) Drop(key, value);
            if (table.Count < capacity) return;
            foreach (var (key, value) in table.OrderBy(e => ends(e.Value)).Take((capacity / 10) + 1).ToList()) Drop(key, value);
        }

        void Drop(string key, T value)
        {
            if (remove is not null) remove(value);
            else table.TryRemove(key, out _);
        }
    }
}
