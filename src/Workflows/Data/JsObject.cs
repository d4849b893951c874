using System.Collections;
using System.Runtime.CompilerServices;

namespace Sluice.Workflows.Data;

/// <summary>
/// A JSON object: named values in the order in which they were first set, except that names that are array indices (<c>"0"</c>, <c>"17"</c>) come
/// first and ascend, as JavaScript enumerates them. Several threads may read it while nobody writes.
/// </summary>
public sealed class JsObject : JsReference, IEnumerable<KeyValuePair<string, JsValue>>
{
    /// <summary>Up to this many names are found by looking at each.</summary>
    private const int LinearLimit = 8;

    private static readonly Entry[] NoEntries = [];

    private Entry[] _entries;
    private int _count;

    /// <summary>Open addressing over <see cref="_entries"/>: entry + 1, 0 is free. Null while there are few, and after a removal until the next search.</summary>
    private int[]? _buckets;

    private bool _hasIndexNames;

    /// <summary>The entries in the order of enumeration; null when that is the order they lie in or when nobody asked yet.</summary>
    private int[]? _order;

    public JsObject() => _entries = NoEntries;

    public JsObject(int capacity) => _entries = capacity > 0 ? new Entry[capacity] : NoEntries;

    public override JsKind Kind => JsKind.Object;

    public int Count => _count;

    /// <summary>The value under a name; undefined when there is none.</summary>
    public JsValue this[string name]
    {
        get
        {
            var at = Find(name);
            return at < 0 ? default : _entries[at].Value;
        }
        set => Set(name, value);
    }

    /// <summary>The names in their order.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            foreach (var (name, _) in this) yield return name;
        }
    }

    public bool Contains(string name) => Find(name) >= 0;

    public bool TryGet(string name, out JsValue value)
    {
        var at = Find(name);
        value = at < 0 ? default : _entries[at].Value;
        return at >= 0;
    }

    /// <summary>Like <see cref="TryGet(string, out JsValue)"/>, trying first where the name lay in the last object the caller read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGet(string name, ref int hint, out JsValue value)
    {
        var entries = _entries;
        var at = hint;
        if ((uint)at < (uint)entries.Length && ReferenceEquals(entries[at].Name, name))
        {
            value = entries[at].Value;
            return true;
        }

        return TryGetSlow(name, ref hint, out value);
    }

    private bool TryGetSlow(string name, ref int hint, out JsValue value)
    {
        var at = hint;
        if ((uint)at >= (uint)_count || !string.Equals(_entries[at].Name, name, StringComparison.Ordinal)) at = Find(name);
        if (at < 0)
        {
            value = default;
            return false;
        }

        hint = at;
        value = _entries[at].Value;
        return true;
    }

    public void Set(string name, JsValue value)
    {
        var at = Find(name);
        if (at >= 0)
        {
            _entries[at].Value = value;
            return;
        }

        if (_count == _entries.Length) Array.Resize(ref _entries, _count == 0 ? 4 : _count * 2);
        _entries[_count++] = new Entry { Name = name, Value = value };
        if (_buckets is not null) AddToBuckets(_count - 1);
        if (_hasIndexNames || IsIndex(name, out _))
        {
            _hasIndexNames = true;
            _order = null;
        }
    }

    /// <returns>Whether the name was there.</returns>
    public bool Remove(string name)
    {
        var at = Find(name);
        if (at < 0) return false;
        _count--;
        Array.Copy(_entries, at + 1, _entries, at, _count - at);
        _entries[_count] = default;
        _buckets = null;
        _order = null;
        return true;
    }

    public void Clear()
    {
        _entries = NoEntries;
        _count = 0;
        _buckets = null;
        _order = null;
        _hasIndexNames = false;
    }

    /// <summary>A new object with the same values under the same names; the values are shared.</summary>
    public JsObject Clone() => new(0)
    {
        _entries = _count == 0 ? NoEntries : _entries.AsSpan(0, _count).ToArray(),
        _count = _count,
        _hasIndexNames = _hasIndexNames,
    };

    public Enumerator GetEnumerator() => new(this);

    IEnumerator<KeyValuePair<string, JsValue>> IEnumerable<KeyValuePair<string, JsValue>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether a name is an array index in its canonical form.</summary>
    internal static bool IsIndex(string name, out uint index)
    {
        index = 0;
        if (name.Length is 0 or > 10 || name[0] > '9' || name[0] < '0') return false;
        if (name[0] == '0') return name.Length == 1;
        ulong number = 0;
        foreach (var c in name)
        {
            if (!char.IsAsciiDigit(c)) return false;
            number = number * 10 + (ulong)(c - '0');
        }

        index = (uint)number;
        return number < uint.MaxValue;
    }

    private int Find(string name)
    {
        var entries = _entries;
        if (_count <= LinearLimit)
        {
            for (var i = 0; i < _count; i++)
                if (ReferenceEquals(entries[i].Name, name)) return i;
            for (var i = 0; i < _count; i++)
                if (string.Equals(entries[i].Name, name, StringComparison.Ordinal)) return i;
            return -1;
        }

        var buckets = _buckets ?? BuildBuckets();
        for (var slot = (uint)name.GetHashCode() & (uint)(buckets.Length - 1); ; slot = (slot + 1) & (uint)(buckets.Length - 1))
        {
            var at = buckets[slot] - 1;
            if (at < 0) return -1;
            if (string.Equals(entries[at].Name, name, StringComparison.Ordinal)) return at;
        }
    }

    private int[] BuildBuckets()
    {
        var buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(_entries.Length, _count) * 2)];
        for (var i = 0; i < _count; i++) Place(buckets, _entries[i].Name, i);
        return _buckets = buckets;
    }

    private void AddToBuckets(int at)
    {
        if (_count * 2 > _buckets!.Length) BuildBuckets();
        else Place(_buckets, _entries[at].Name, at);
    }

    private static void Place(int[] buckets, string name, int at)
    {
        var slot = (uint)name.GetHashCode() & (uint)(buckets.Length - 1);
        while (buckets[slot] != 0) slot = (slot + 1) & (uint)(buckets.Length - 1);
        buckets[slot] = at + 1;
    }

    private int[]? Order()
    {
        if (!_hasIndexNames) return null;
        if (_order is { } known) return known;
        var indices = new List<(uint Index, int At)>();
        var others = new List<int>(_count);
        for (var i = 0; i < _count; i++)
        {
            if (IsIndex(_entries[i].Name, out var index)) indices.Add((index, i));
            else others.Add(i);
        }

        indices.Sort();
        return _order = [.. indices.Select(i => i.At), .. others];
    }

    private struct Entry
    {
        public string Name;
        public JsValue Value;
    }

    /// <summary>Goes through the values in their order.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<string, JsValue>>
    {
        private readonly JsObject _object;
        private readonly int[]? _order;
        private readonly int _count;
        private int _at;

        internal Enumerator(JsObject source)
        {
            _object = source;
            _order = source.Order();
            _count = source._count;
            _at = -1;
        }

        public readonly KeyValuePair<string, JsValue> Current
        {
            get
            {
                ref var entry = ref _object._entries[_order is null ? _at : _order[_at]];
                return new(entry.Name, entry.Value);
            }
        }

        readonly object IEnumerator.Current => Current;

        // What is removed meanwhile shortens the walk; what is added is not seen.
        public bool MoveNext() => ++_at < Math.Min(_count, _object._count);

        public void Reset() => _at = -1;

        public readonly void Dispose()
        {
        }
    }
}
