using System.Collections;
using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>How values of one type under one property's constraints are read.</summary>
public abstract class ValuePlan(Type type, Constraints constraints)
{
    public Type Type { get; } = type;

    public Constraints Constraints { get; } = constraints;

    /// <summary>The type of the record that values are; null for values of any other sort.</summary>
    public virtual Type? Nested => null;

    /// <summary>The value, when <paramref name="node"/> is one; reports otherwise.</summary>
    internal abstract bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value);

    internal static ValuePlan For(Type type, Constraints constraints)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return new TextPlan(constraints);
        if (type == typeof(bool))
            return new BooleanPlan(constraints);
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal))
            return new NumberPlan(type, constraints);
        if (type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(byte) || type == typeof(uint) || type == typeof(ushort) || type == typeof(ulong))
            return new IntegerPlan(type, constraints);
        if (type == typeof(Guid))
            return new GuidPlan(constraints);
        if (type.IsEnum)
            return new EnumPlan(type, constraints);
        if (type == typeof(JsonNode) || type == typeof(object))
            return new AnyPlan(constraints);
        if (MapPlan.ValueTypeOf(type) is { } valueType)
            return new MapPlan(type, For(valueType, constraints), constraints);
        if (ListPlan.ElementTypeOf(type) is { } elementType)
            return new ListPlan(type, For(elementType, constraints), constraints);
        return new NestedPlan(type, constraints);
    }

    private protected static bool Expected(string what, DocumentNode node, Binding binding, out object? value)
    {
        var quote = node is ScalarNode { Plain: true, Kind: not ScalarKind.Null } && string.Equals(what, "a string", StringComparison.Ordinal) ? "; put it in quotes" : "";
        binding.Report(node.Place, $"expected {what}, not {node.Describe()}{quote}");
        value = null;
        return false;
    }
}

internal sealed class TextPlan(Constraints constraints) : ValuePlan(typeof(string), constraints)
{
    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        if (node is not ScalarNode { Kind: ScalarKind.String } scalar)
            return Expected("a string", node, binding, out value);
        value = scalar.Text;
        return scalar.Opaque || Constraints.Accept(scalar.Text, node.Place, binding, inList);
    }
}

internal sealed class BooleanPlan(Constraints constraints) : ValuePlan(typeof(bool), constraints)
{
    private static readonly object True = true;
    private static readonly object False = false;

    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        if ((node as ScalarNode)?.Typed() is not { Kind: ScalarKind.Boolean } scalar)
            return Expected("a boolean", node, binding, out value);
        value = scalar.Boolean ? True : False;
        return true;
    }
}

internal sealed class NumberPlan(Type type, Constraints constraints) : ValuePlan(type, constraints)
{
    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        if ((node as ScalarNode)?.Typed() is not { Kind: ScalarKind.Number } scalar)
            return Expected("a number", node, binding, out value);
        if (!double.IsFinite(scalar.Number))
        {
            binding.Report(node.Place, $"expected a finite number, not {Constraints.Short(scalar.Text)}");
            value = null;
            return false;
        }
        value = Type == typeof(double) ? scalar.Number : Type == typeof(float) ? (float)scalar.Number : Decimal(scalar.Number);
        return Constraints.Accept(scalar.Number, node.Place, binding);
    }

    private static object Decimal(double number) => Math.Abs(number) < 7e28 ? (decimal)number : decimal.MaxValue;
}

internal sealed class IntegerPlan(Type type, Constraints constraints) : ValuePlan(type, constraints)
{
    private readonly (long Min, long Max) _bounds = Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => (0, byte.MaxValue),
        TypeCode.Int16 => (short.MinValue, short.MaxValue),
        TypeCode.UInt16 => (0, ushort.MaxValue),
        TypeCode.Int32 => (int.MinValue, int.MaxValue),
        TypeCode.UInt32 => (0, uint.MaxValue),
        TypeCode.UInt64 => (0, long.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        if ((node as ScalarNode)?.Typed() is not { Kind: ScalarKind.Number } scalar)
            return Expected("an integer", node, binding, out value);
        value = null;
        if (!Constraints.Accept(scalar.Number, node.Place, binding))
            return false;
        if (!scalar.TryInteger(out var integer))
        {
            binding.Report(node.Place, $"expected an integer, not {Constraints.Short(scalar.Text)}");
            return false;
        }
        if (integer < _bounds.Min || integer > _bounds.Max)
        {
            binding.Report(node.Place, $"must be between {_bounds.Min} and {_bounds.Max}, not {integer}");
            return false;
        }
        value = Convert.ChangeType(integer, Type, System.Globalization.CultureInfo.InvariantCulture);
        return true;
    }
}

internal sealed class GuidPlan(Constraints constraints) : ValuePlan(typeof(Guid), constraints)
{
    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        if (node is not ScalarNode { Kind: ScalarKind.String } scalar)
            return Expected("a string", node, binding, out value);
        value = null;
        if (!Guid.TryParseExact(scalar.Text, "D", out var id))
        {
            binding.Report(node.Place, $"expected a UUID like 8d257a85-2ac0-5869-b244-e2882409f85d, not '{Constraints.Short(scalar.Text)}'");
            return false;
        }
        value = id;
        return true;
    }
}

internal sealed class EnumPlan : ValuePlan
{
    private readonly FrozenDictionary<string, object> _values;

    public EnumPlan(Type type, Constraints constraints) : base(type, constraints)
    {
        _values = Enum.GetNames(type).ToFrozenDictionary(name => NameOf(type, name), name => Enum.Parse(type, name), StringComparer.Ordinal);
        Names = [.. Enum.GetNames(type).Select(name => NameOf(type, name))];
    }

    /// <summary>The values as files write them.</summary>
    public IReadOnlyList<string> Names { get; }

    internal static string NameOf(Type type, string member) =>
        type.GetField(member)!.GetCustomAttributes(typeof(FieldAttribute), inherit: false).Cast<FieldAttribute>().FirstOrDefault()?.Name ?? Naming.SnakeCase(member);

    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        if (node is not ScalarNode { Kind: ScalarKind.String } scalar)
            return Expected("a string", node, binding, out value);
        if (_values.TryGetValue(scalar.Text, out value))
            return true;
        binding.Report(node.Place, $"expected one of: {string.Join(", ", Names)}; not '{Constraints.Short(scalar.Text)}'{Naming.DidYouMean(scalar.Text, Names)}");
        return false;
    }
}

/// <summary>Any value, as a <see cref="JsonNode"/>.</summary>
internal sealed class AnyPlan(Constraints constraints) : ValuePlan(typeof(JsonNode), constraints)
{
    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        value = node.ToJson();
        return true;
    }
}

internal sealed class NestedPlan(Type type, Constraints constraints) : ValuePlan(type, constraints)
{
    public override Type? Nested => Type;

    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        var map = node as MapNode ?? (node is ListNode { Items.Count: 0 } ? new MapNode(node.Place, []) : null);
        if (map is null)
            return Expected("a map", node, binding, out value);
        value = RecordBinder.Bind(Type, map, binding);
        return value is not null;
    }
}

internal sealed class ListPlan : ValuePlan
{
    private readonly Func<IList, object> _finish;
    private readonly Func<int, IList> _create;

    public ListPlan(Type type, ValuePlan element, Constraints constraints) : base(type, constraints)
    {
        Element = element;
        var elementType = ElementTypeOf(type)!;
        _create = count => Array.CreateInstance(elementType, count);
        if (type.IsAssignableFrom(elementType.MakeArrayType()))
            _finish = array => array;
        else
        {
            var shape = type.IsInterface ? typeof(HashSet<>).MakeGenericType(elementType)
                : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(FrozenSet<>) ? typeof(HashSet<>).MakeGenericType(elementType)
                : type;
            var frozen = !type.IsAssignableFrom(shape);
            _finish = array =>
            {
                var made = Activator.CreateInstance(shape, array)!;
                return frozen ? typeof(FrozenSet).GetMethod(nameof(FrozenSet.ToFrozenSet))!.MakeGenericMethod(elementType).Invoke(null, [made, null])! : made;
            };
        }
    }

    public ValuePlan Element { get; }

    internal static Type? ElementTypeOf(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        if (!type.IsGenericType)
            return null;
        var definition = type.GetGenericTypeDefinition();
        return definition == typeof(IReadOnlyList<>) || definition == typeof(IReadOnlyCollection<>) || definition == typeof(IEnumerable<>) || definition == typeof(List<>)
            || definition == typeof(IReadOnlySet<>) || definition == typeof(HashSet<>) || definition == typeof(FrozenSet<>)
            ? type.GetGenericArguments()[0]
            : null;
    }

    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        // The format's own parser can't tell an empty map from an empty list, so both are.
        var items = node is ListNode list ? list.Items : node is MapNode { Entries.Count: 0 } ? [] : null;
        if (items is null)
            return Expected("a list", node, binding, out value);
        value = null;
        if (!inList && Constraints.CountRefusal(items.Count) is { } refusal)
        {
            binding.Report(node.Place, refusal);
            return false;
        }
        var read = _create(items.Count);
        var fine = true;
        for (var i = 0; i < items.Count; i++)
        {
            binding.Enter(i);
            if (items[i] is ScalarNode { Opaque: true } && Element is not (TextPlan or ListPlan or MapPlan or NestedPlan))
            {
                // Known only elsewhere: its place in the list stays.
            }
            else if (items[i].IsNull)
                fine = Expected(Element is TextPlan ? "a string" : "a value", items[i], binding, out _);
            else if (Element.TryRead(items[i], binding, inList: true, out var element))
                read[i] = element;
            else
                fine = false;
            binding.Leave();
        }
        if (!fine)
            return false;
        value = _finish(Constraints.Unique && !inList ? WithoutRepeats(read, items, binding) : read);
        return true;
    }

    private IList WithoutRepeats(IList read, IReadOnlyList<DocumentNode> items, Binding binding)
    {
        if (read.Count < 2)
            return read;
        var seen = new HashSet<object>(read.Count);
        List<object>? kept = null;
        for (var i = 0; i < read.Count; i++)
        {
            var element = read[i]!;
            if (seen.Add(element))
            {
                kept?.Add(element);
                continue;
            }
            kept ??= [.. read.Cast<object>().Take(i)];
            binding.Enter(i);
            binding.Report(items[i].Place, "is in the list already", Severity.Warning);
            binding.Leave();
        }
        if (kept is null)
            return read;
        var shorter = _create(kept.Count);
        for (var i = 0; i < kept.Count; i++)
            shorter[i] = kept[i];
        return shorter;
    }
}

internal sealed class MapPlan : ValuePlan
{
    private readonly Type _made;
    private readonly bool _frozen;

    public MapPlan(Type type, ValuePlan element, Constraints constraints) : base(type, constraints)
    {
        Element = element;
        _made = typeof(Dictionary<,>).MakeGenericType(typeof(string), ValueTypeOf(type)!);
        _frozen = !type.IsAssignableFrom(_made);
    }

    public ValuePlan Element { get; }

    internal static Type? ValueTypeOf(Type type)
    {
        if (!type.IsGenericType)
            return null;
        var definition = type.GetGenericTypeDefinition();
        return (definition == typeof(IReadOnlyDictionary<,>) || definition == typeof(Dictionary<,>) || definition == typeof(FrozenDictionary<,>))
            && type.GetGenericArguments()[0] == typeof(string)
            ? type.GetGenericArguments()[1]
            : null;
    }

    internal override bool TryRead(DocumentNode node, Binding binding, bool inList, out object? value)
    {
        var entries = node is MapNode map ? map.Entries : node is ListNode { Items.Count: 0 } ? [] : null;
        if (entries is null)
            return Expected("a map", node, binding, out value);
        value = null;
        if (!inList && Constraints.CountRefusal(entries.Count) is { } refusal)
        {
            binding.Report(node.Place, refusal);
            return false;
        }
        var read = (IDictionary)Activator.CreateInstance(_made, StringComparer.Ordinal)!;
        var fine = true;
        foreach (var entry in entries)
        {
            binding.Enter(entry.Name);
            fine &= AcceptKey(entry, binding);
            if (entry.Value.IsNull)
                fine = Expected("a value", entry.Value, binding, out _);
            else if (Element.TryRead(entry.Value, binding, inList: true, out var element))
                read[entry.Name] = element;
            else
                fine = false;
            binding.Leave();
        }
        if (!fine)
            return false;
        value = _frozen
            ? typeof(FrozenDictionary).GetMethods().Single(m => m.Name == nameof(FrozenDictionary.ToFrozenDictionary) && m.GetGenericArguments().Length == 2)
                .MakeGenericMethod(typeof(string), ValueTypeOf(Type)!).Invoke(null, [read, StringComparer.Ordinal])
            : read;
        return true;
    }

    private bool AcceptKey(MapEntry entry, Binding binding)
    {
        if (entry.Name.Length == 0)
        {
            binding.Report(entry.Place, "a name must not be empty");
            return false;
        }
        foreach (var rule in Constraints.KeyRules)
        {
            if (rule.Refuse(entry.Name) is not { } refusal)
                continue;
            binding.Report(entry.Place, refusal);
            return false;
        }
        return true;
    }
}
