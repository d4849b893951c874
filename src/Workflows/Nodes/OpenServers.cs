namespace Sluice.Workflows.Nodes;

/// <summary>What is kept open to the servers that nodes use, for the whole engine. Beyond <paramref name="most"/>, what was not used for longest is closed.</summary>
internal sealed class OpenServers<TKey, TServer>(int most, Func<TKey, TServer> open) : IDisposable
    where TKey : notnull
    where TServer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TServer Server)>> _byKey = [];

    // The one that was used last is the first.
    private readonly LinkedList<(TKey Key, TServer Server)> _byUse = new();

    public TServer Find(TKey key)
    {
        LinkedListNode<(TKey Key, TServer Server)>? oldest = null;
        TServer server;
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Server;
            }

            server = open(key);
            _byKey[key] = _byUse.AddFirst((key, server));
            if (_byKey.Count > most)
            {
                oldest = _byUse.Last!;
                _byUse.RemoveLast();
                _byKey.Remove(oldest.Value.Key);
            }
        }

        oldest?.Value.Server.Dispose();
        return server;
    }

    public void Dispose()
    {
        lock (_gate)
            foreach (var (_, server) in _byUse) server.Dispose();
    }
}
