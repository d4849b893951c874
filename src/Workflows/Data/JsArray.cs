using System.Collections;

namespace Sluice.Workflows.Data;

/// <summary>A JSON array. Several threads may read it while nobody writes.</summary>
public sealed class JsArray : JsReference, IEnumerable<JsValue>
{
    private JsValue[] _elements;

    public JsArray() => _elements = [];

    public JsArray(int capacity) => _elements = capacity > 0 ? new JsValue[capacity] : [];

    public JsArray(ReadOnlySpan<JsValue> elements)
    {
        _elements = elements.ToArray();
        Count = elements.Length;
    }

    public override JsKind Kind => JsKind.Array;

    public int Count { get; private set; }

    /// <summary>The element at an index; undefined outside. Setting past the end fills what lies between with undefined.</summary>
    public JsValue this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) return default;
            var value = _elements[index];
            return value.IsHole ? default : value;
        }
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            if (index >= Count) Resize(index + 1);
            _elements[index] = value;
        }
    }

    /// <summary>The elements as they lie, holes included.</summary>
    internal Span<JsValue> Span => _elements.AsSpan(0, Count);

    /// <summary>Named fields besides the elements, as the answer of a regular expression has them.</summary>
    internal JsObject? Fields { get; set; }

    public void Add(JsValue value)
    {
        if (Count == _elements.Length) Array.Resize(ref _elements, Count == 0 ? 4 : Count * 2);
        _elements[Count++] = value;
    }

    public void AddRange(ReadOnlySpan<JsValue> values)
    {
        if (Count + values.Length > _elements.Length) Array.Resize(ref _elements, Math.Max(Count + values.Length, _elements.Length * 2));
        values.CopyTo(_elements.AsSpan(Count));
        Count += values.Length;
    }

    /// <summary>Replaces a stretch by other elements.</summary>
    public void Splice(int start, int removed, ReadOnlySpan<JsValue> inserted)
    {
        JsValue[] result = [.. Span[..start], .. inserted, .. Span[(start + removed)..]];
        _elements = result;
        Count = result.Length;
    }

    /// <summary>Cuts it off or fills it up to a length.</summary>
    public void Resize(int length)
    {
        if (length > _elements.Length) Array.Resize(ref _elements, Math.Max(length, Math.Min(_elements.Length * 2, length + 1024)));
        if (length > Count) _elements.AsSpan(Count, length - Count).Fill(JsValue.Hole);
        else _elements.AsSpan(length, Count - length).Clear();
        Count = length;
    }

    /// <summary>A new array with the same elements.</summary>
    public JsArray Clone() => new(Span) { Fields = Fields };

    public IEnumerator<JsValue> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
