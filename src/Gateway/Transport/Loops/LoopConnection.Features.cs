using System.Buffers;
using System.Collections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>The connection's features: its own are the connection itself, the few that others add stand in a list.</summary>
internal sealed partial class LoopConnection :
    IFeatureCollection, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IMemoryPoolFeature,
    IConnectionLifetimeFeature, IConnectionEndPointFeature, IEventLoopFeature
{
    private static readonly Type[] Own =
    [
        typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature), typeof(IConnectionItemsFeature), typeof(IMemoryPoolFeature),
        typeof(IConnectionLifetimeFeature), typeof(IConnectionEndPointFeature), typeof(IEventLoopFeature),
    ];

    private static long ids;

    private readonly List<KeyValuePair<Type, object?>> features = [];
    private string? id;
    private IDictionary<object, object?>? items;

    public override string ConnectionId
    {
        get => id ??= NewId();
        set => id = value;
    }

    public override IFeatureCollection Features => this;

    public override IDictionary<object, object?> Items
    {
        get => items ??= new ConnectionItems();
        set => items = value;
    }

    public MemoryPool<byte> MemoryPool => socket.Loop.Pool;

    public EventLoop Loop => socket.Loop;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            foreach (var (type, feature) in features)
            {
                if (type == key)
                    return feature;
            }

            return Array.IndexOf(Own, key) >= 0 ? this : null;
        }

        set
        {
            Revision++;
            for (var i = 0; i < features.Count; i++)
            {
                if (features[i].Key != key)
                    continue;
                features[i] = new KeyValuePair<Type, object?>(key, value);
                return;
            }

            features.Add(new KeyValuePair<Type, object?>(key, value));
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        foreach (var (type, feature) in features)
        {
            if (feature != null)
                yield return new KeyValuePair<Type, object>(type, feature);
        }

        foreach (var type in Own)
        {
            if (!features.Exists(added => added.Key == type))
                yield return new KeyValuePair<Type, object>(type, this);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>13 letters and digits, as Kestrel's own: they are the first part of its trace identifiers.</summary>
    private static string NewId()
    {
        if (Volatile.Read(ref ids) == 0)
            Interlocked.CompareExchange(ref ids, Random.Shared.NextInt64() & (long.MaxValue >> 1), 0);
        return string.Create(13, Interlocked.Increment(ref ids), static (text, number) =>
        {
            const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
            for (var i = 12; i >= 0; i--, number >>= 5)
                text[i] = Alphabet[(int)(number & 31)];
        });
    }
}
