using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sluice.Foundation.Schema;

/// <summary>What reflection and the attributes say about one record type; worked out once.</summary>
public sealed class RecordPlan
{
    // Weak: the records of plugins go when their assemblies do.
    private static readonly ConditionalWeakTable<Type, RecordPlan> Plans = [];

    private readonly Dictionary<string, FieldPlan> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MethodInvoker> _setters = new(StringComparer.Ordinal);
    private readonly ConstructorInvoker _constructor;

    private RecordPlan(Type type)
    {
        Type = type;
        var constructor = type.GetConstructor(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance, [])
            ?? throw new InvalidOperationException($"{type} can't be a configuration record: it has no constructor without parameters.");
        _constructor = ConstructorInvoker.Create(constructor);
        Shorthands = [.. type.GetCustomAttributes<ShorthandAttribute>()];
        var fields = new List<FieldPlan>();
        foreach (var property in Properties(type))
        {
            _setters[property.Name] = MethodInvoker.Create(property.SetMethod!);
            if (property.IsDefined(typeof(IgnoredAttribute)))
                continue;
            var field = new FieldPlan(property, _setters[property.Name], fields.Count);
            fields.Add(field);
            _byName.Add(field.Name, field);
        }
        foreach (var field in fields)
            foreach (var alias in field.Aliases)
                _byName.TryAdd(alias, field);
        Fields = fields;
    }

    public Type Type { get; }

    /// <summary>In the order of declaration, those of the base types first.</summary>
    public IReadOnlyList<FieldPlan> Fields { get; }

    internal IReadOnlyList<ShorthandAttribute> Shorthands { get; }

    public static RecordPlan For(Type type) => Plans.GetValue(type, static t => new RecordPlan(t));

    /// <summary>The field of that name or older name, or null.</summary>
    public FieldPlan? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A new instance with the record's own defaults.</summary>
    public object Create() => _constructor.Invoke();

    internal void Set(object record, string property, object? value) => _setters[property].Invoke(record, value);

    private static IEnumerable<PropertyInfo> Properties(Type type)
    {
        var line = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
            line.Push(t);
        return line.SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(p => p.SetMethod is not null && p.GetIndexParameters().Length == 0);
    }
}

/// <summary>One field of a record.</summary>
public sealed class FieldPlan
{
    private readonly MethodInvoker _setter;
    private readonly MethodInvoker _getter;
    private readonly Lazy<ValuePlan> _value;

    internal FieldPlan(PropertyInfo property, MethodInvoker setter, int index)
    {
        Property = property;
        _setter = setter;
        _getter = MethodInvoker.Create(property.GetMethod!);
        Index = index;
        Name = property.GetCustomAttribute<FieldAttribute>()?.Name
            ?? (property.ReflectedType!.IsDefined(typeof(CamelCaseAttribute), inherit: true) ? Naming.CamelCase(property.Name) : Naming.SnakeCase(property.Name));
        Required = property.IsDefined(typeof(RequiredAttribute));
        Secret = property.IsDefined(typeof(SecretAttribute));
        EmptyAsNull = property.IsDefined(typeof(EmptyAsNullAttribute));
        IsExtension = property.IsDefined(typeof(ExtensionAttribute));
        NoEffect = property.GetCustomAttribute<NoEffectAttribute>()?.Reason;
        Aliases = [.. property.GetCustomAttributes<AliasAttribute>().Select(a => a.Name)];
        // Lazy, so that a record may contain itself.
        _value = new Lazy<ValuePlan>(() => ValuePlan.For(property.PropertyType, Constraints.Of(property)));
    }

    /// <summary>The name in files.</summary>
    public string Name { get; }

    public PropertyInfo Property { get; }

    public bool Required { get; }

    public bool Secret { get; }

    /// <summary>Shown as null while it is empty.</summary>
    public bool EmptyAsNull { get; }

    /// <summary>Sluice's own and none of Kong's.</summary>
    public bool IsExtension { get; }

    /// <summary>Why it has no effect in Sluice; null for a field that has one.</summary>
    public string? NoEffect { get; }

    /// <summary>Older names that are still read.</summary>
    public IReadOnlyList<string> Aliases { get; }

    public ValuePlan Value => _value.Value;

    internal int Index { get; }

    /// <summary>Its value in <paramref name="record"/>.</summary>
    public object? Get(object record) => _getter.Invoke(record);

    internal void Set(object record, object? value) => _setter.Invoke(record, value);
}
