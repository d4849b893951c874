using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.KongAdmin;

/// <summary>What the path of a request names: a list, or an object by its id or name, perhaps below another object.</summary>
internal sealed record ObjectAddress(Collection Collection)
{
    /// <summary>The object that <see cref="Collection"/> is below; its list.</summary>
    public Collection? ParentCollection { get; init; }

    public string? ParentReference { get; init; }

    /// <summary>The field of an object of <see cref="Collection"/> that refers to the parent.</summary>
    public string? ParentField { get; init; }

    /// <summary>The id or name of one object; null for the list.</summary>
    public string? Reference { get; init; }

    /// <summary>
    /// For <c>/routes/orders/service</c>: the object is the one that this field of <see cref="ParentReference"/> refers to; null for all other addresses.
    /// </summary>
    public string? Through { get; init; }

    public bool IsList => Reference is null && Through is null;

    /// <summary>Reads the segments of a path. Null when they name nothing that this API has.</summary>
    public static ObjectAddress? Parse(IReadOnlyList<string> segments)
    {
        if (segments.Count is 0 or > 4 || Collection.Top(segments[0]) is not { } first)
            return null;
        if (segments.Count == 1)
            return new ObjectAddress(first);
        if (segments.Count == 2)
            return new ObjectAddress(first) { Reference = segments[1] };
        if (Collection.Below(first, segments[2]) is { } child)
            return new ObjectAddress(child)
            {
                ParentCollection = first,
                ParentReference = segments[1],
                ParentField = child.Kind.References.First(r => r.Kind == first.Kind.Name).Field,
                Reference = segments.Count == 4 ? segments[3] : null,
            };
        foreach (var reference in first.Kind.References)
            if (segments.Count == 3 && reference.Field == segments[2])
                return new ObjectAddress(Collection.For(reference.Kind)) { ParentCollection = first, ParentReference = segments[1], Through = reference.Field };
        return null;
    }

    /// <summary>The object that the parent part names; null when there is none, or no parent in the address.</summary>
    public ConfigurationObject? Parent(ConfigurationTree tree) =>
        ParentCollection is null ? null : tree.Find(ParentCollection.Kind, ParentReference!);

    /// <summary>The object that is named; null when there is none.</summary>
    public ConfigurationObject? Find(ConfigurationTree tree)
    {
        if (Through is not null)
            return Parent(tree) is { } holder && Target(holder) is { } id ? tree.Find(Collection.Kind, id) : null;
        if (ParentCollection is null)
            return tree.Find(Collection.Kind, Reference!);
        return Parent(tree) is { } parent ? tree.Find(Collection.Kind, Reference!, parent) : null;
    }

    /// <summary>The id that the field <see cref="Through"/> of <paramref name="holder"/> refers to.</summary>
    private Guid? Target(ConfigurationObject holder) =>
        Guid.TryParse((string?)holder.ToJson()[Through!]?["id"], out var id) ? id : null;
}
