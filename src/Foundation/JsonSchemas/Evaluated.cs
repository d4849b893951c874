namespace Sluice.Foundation.JsonSchemas;

/// <summary>Which members and elements of one value have been looked at by a schema: what <c>unevaluatedProperties</c> and <c>unevaluatedItems</c> leave alone.</summary>
internal sealed class Evaluated
{
    private HashSet<string>? names;
    private HashSet<int>? indices;
    private int first;
    private bool allItems;
    private bool allNames;

    public void Add(string name) => (names ??= new(StringComparer.Ordinal)).Add(name);

    public void Add(int index) => (indices ??= []).Add(index);

    /// <summary>The first <paramref name="count"/> elements.</summary>
    public void AddFirst(int count) => first = Math.Max(first, count);

    public void AddAllItems() => allItems = true;

    public void AddAllNames() => allNames = true;

    public void Add(Evaluated other)
    {
        if (other.names is not null) (names ??= new(StringComparer.Ordinal)).UnionWith(other.names);
        if (other.indices is not null) (indices ??= []).UnionWith(other.indices);
        first = Math.Max(first, other.first);
        allItems |= other.allItems;
        allNames |= other.allNames;
    }

    public bool Has(string name) => allNames || names?.Contains(name) == true;

    public bool Has(int index) => allItems || index < first || indices?.Contains(index) == true;
}
