using System.Xml.Linq;

namespace Sluice.Workflows.Nodes.Soap.Schemas;

/// <summary>A type of a schema.</summary>
internal abstract class XsdType
{
    /// <summary>Null for one without a name, inside an element.</summary>
    public XName? Name { get; init; }
}

/// <summary>What texts and numbers look like.</summary>
internal enum XsdPrimitive { Text, Boolean, Integer, Decimal, Double, Date, Time, DateTime, Base64, Hex }

/// <summary>Text with a meaning: numbers, dates, one of several words.</summary>
internal sealed class XsdSimpleType : XsdType
{
    public required XsdPrimitive Primitive { get; init; }

    /// <summary>Bounds of an integer; null where there is none.</summary>
    public decimal? Least { get; init; }

    public decimal? Most { get; init; }

    /// <summary>The words that it may be; null for any.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>For a list, separated by spaces, the type of what is in it.</summary>
    public XsdSimpleType? Items { get; init; }
}

/// <summary>Elements and attributes.</summary>
internal sealed class XsdComplexType : XsdType
{
    private Dictionary<string, XsdField>? _fields;

    /// <summary>The elements in it; null for none.</summary>
    public XsdParticle? Content { get; set; }

    public List<XsdAttribute> Attributes { get; } = [];

    public bool AnyAttribute { get; set; }

    /// <summary>The text in it, where it has text and no elements.</summary>
    public XsdSimpleType? Text { get; set; }

    /// <summary>Whether text stands between elements.</summary>
    public bool Mixed { get; set; }

    /// <summary>Whether anything may be in it (<c>xsd:anyType</c>).</summary>
    public bool IsAny { get; init; }

    public bool IsAbstract { get; set; }

    /// <summary>The type that it extends or restricts.</summary>
    public XsdType? Base { get; set; }

    /// <summary>For an array of SOAP's own encoding (SOAP 1.1, 5.4.2), what is in it.</summary>
    public XsdType? ItemType { get; set; }

    /// <summary>What an element of the array is called; the name does not matter to anybody.</summary>
    public string ItemName { get; set; } = "item";

    /// <summary>What may be said in its place (<c>xsi:type</c>).</summary>
    public List<XsdComplexType> Derived { get; } = [];

    /// <summary>The elements by the name of their field.</summary>
    public IReadOnlyDictionary<string, XsdField> Fields => _fields ??= XsdField.Of(Content);

    /// <summary>Whether elements that are not named may stand in it.</summary>
    public bool HasAny => IsAny || Content?.HasAny == true;
}

/// <summary>An attribute.</summary>
internal sealed record XsdAttribute(XName Name, XsdSimpleType Type, bool Required, string? Fixed);

/// <summary>The field of a JSON object that an element is.</summary>
/// <param name="Element">Its declaration; the first where one name is declared several times.</param>
/// <param name="IsList">Whether there may be more than one.</param>
/// <param name="IsAlways">Whether a list is there when it is empty: not where there is a choice.</param>
internal sealed record XsdField(XsdElement Element, bool IsList, bool IsAlways)
{
    public static Dictionary<string, XsdField> Of(XsdParticle? content)
    {
        var fields = new Dictionary<string, XsdField>(StringComparer.Ordinal);
        if (content is not null) Add(content, fields, repeats: false, choice: false);
        return fields;
    }

    private static void Add(XsdParticle particle, Dictionary<string, XsdField> fields, bool repeats, bool choice)
    {
        repeats |= particle.Most > 1;
        if (particle is XsdGroup group)
        {
            var alternatives = choice || group.Kind == XsdGroupKind.Choice;
            // A name in two alternatives of a choice is still one element.
            if (group.Kind != XsdGroupKind.Choice)
            {
                foreach (var child in group.Children) Add(child, fields, repeats, alternatives);
                return;
            }

            var all = new Dictionary<string, XsdField>(StringComparer.Ordinal);
            foreach (var child in group.Children)
            {
                var own = new Dictionary<string, XsdField>(StringComparer.Ordinal);
                Add(child, own, repeats, alternatives);
                foreach (var (name, field) in own) all[name] = all.TryGetValue(name, out var there) ? there with { IsList = there.IsList || field.IsList } : field;
            }

            foreach (var (name, field) in all) fields[name] = fields.ContainsKey(name) ? field with { IsList = true } : field;
        }
        else if (particle is XsdElementParticle { Element: var element })
        {
            foreach (var named in element.AllOf())
                fields[named.Name.LocalName] = fields.TryGetValue(named.Name.LocalName, out var there) ? there with { IsList = true } : new(named, repeats, repeats && !choice && element.Substitutes.Count == 0);
        }
    }
}

/// <summary>An element.</summary>
internal sealed class XsdElement
{
    public required XName Name { get; init; }

    /// <summary>Known when all types have been read.</summary>
    public XsdType Type { get; set; } = XsdBuiltIns.AnyType;

    public bool Nillable { get; init; }

    public bool IsAbstract { get; init; }

    /// <summary>Elements that may stand in its place (substitution group).</summary>
    public List<XsdElement> Substitutes { get; } = [];

    /// <summary>Itself, unless abstract, and what may stand in its place.</summary>
    public IEnumerable<XsdElement> AllOf() => Substitutes.Count == 0 ? [this] : IsAbstract ? Substitutes : Substitutes.Prepend(this);
}

/// <summary>What may stand at a place, and how often.</summary>
internal abstract class XsdParticle
{
    public int Least { get; init; } = 1;

    /// <summary><see cref="int.MaxValue"/> for any number.</summary>
    public int Most { get; init; } = 1;

    public abstract bool HasAny { get; }

    /// <summary>Whether an element of one of these fields may be in it.</summary>
    public abstract bool Mentions(Func<string, bool> field);

    /// <summary>Whether nothing at all may stand there.</summary>
    public abstract bool IsEmptiable { get; }
}

internal sealed class XsdElementParticle(XsdElement element) : XsdParticle
{
    public XsdElement Element => element;

    public override bool HasAny => false;

    public override bool IsEmptiable => Least == 0;

    public override bool Mentions(Func<string, bool> field) => element.Substitutes.Count == 0 ? field(element.Name.LocalName) : element.AllOf().Any(e => field(e.Name.LocalName));
}

/// <summary>Any element.</summary>
internal sealed class XsdAny : XsdParticle
{
    public override bool HasAny => true;

    public override bool IsEmptiable => Least == 0;

    public override bool Mentions(Func<string, bool> field) => false;
}

internal enum XsdGroupKind { Sequence, Choice, All }

internal sealed class XsdGroup(XsdGroupKind kind, IReadOnlyList<XsdParticle> children) : XsdParticle
{
    private HashSet<string>? _names;

    public XsdGroupKind Kind => kind;

    public IReadOnlyList<XsdParticle> Children => children;

    public override bool HasAny => children.Any(c => c.HasAny);

    public override bool IsEmptiable => Least == 0 || children.Count == 0 || (kind == XsdGroupKind.Choice ? children.Any(c => c.IsEmptiable) : children.All(c => c.IsEmptiable));

    public override bool Mentions(Func<string, bool> field)
    {
        foreach (var name in _names ??= [.. XsdField.Of(this).Keys])
            if (field(name)) return true;
        return false;
    }
}
