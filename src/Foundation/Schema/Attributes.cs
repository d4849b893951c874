namespace Sluice.Foundation.Schema;

// A configuration record is its own schema: the properties' types, defaults, doc comments and these attributes give parsing, checking,
// JSON Schema, forms and the reference tables. Property names become snake_case field names. A property whose type is not nullable
// and that has no default must carry [Required]. Fields that the record does not declare are problems.

/// <summary>The field must be present and not null.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>The field's (or enum value's) name where it is not the property's (or member's) name in snake_case.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Field)]
public sealed class FieldAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The fields of the record (and of those derived from it) are named in camelCase, as the documents of another product name them.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CamelCaseAttribute : Attribute;

/// <summary>A number's bounds, both inclusive; on a list, the bounds of its elements.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BetweenAttribute(double min, double max) : Attribute
{
    public double Min { get; } = min;

    public double Max { get; } = max;
}

/// <summary>The values allowed; on a list or set, those of its elements.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The numbers allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfNumbersAttribute(params long[] values) : Attribute
{
    public IReadOnlyList<long> Values { get; } = values;
}

/// <summary>How many characters a string, or how many elements a list, may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(int min, int max = int.MaxValue) : Attribute
{
    public int Min { get; } = min;

    public int Max { get; } = max;
}

/// <summary>A pattern that the string (or each element) must match whole; <see cref="Says"/> is what a person is told it must be.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string pattern, string says) : Attribute
{
    public string Pattern { get; } = pattern;

    public string Says { get; } = says;
}

/// <summary>The list is a set: an element given twice counts once, with a warning.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UniqueAttribute : Attribute;

/// <summary>Never shown in logs, errors, explanations or answers of an API.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;

/// <summary>An older name that is still read, as in Kong's shorthand fields; the value is used unchanged.</summary>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
public sealed class AliasAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Read and checked but without effect in Sluice; <see cref="Reason"/> is shown by <c>sluice check</c> when it is set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NoEffectAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}

/// <summary>Rules that concern several fields of a record; run after its fields have been read without problems.</summary>
public interface IChecked
{
    /// <summary>Reports what is wrong through <paramref name="report"/>: the field (dotted, relative to the record; "" for the whole) and the message.</summary>
    void Check(Action<string, string> report);
}

/// <summary>The property is no field: the reader sets it, or it is derived.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IgnoredAttribute : Attribute;

/// <summary>
/// A flat field of older versions whose value now stands inside a nested record: <c>[Shorthand("redis_host", "redis.host")]</c>.
/// On the outer record; the nested field wins when both are given.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ShorthandAttribute(string name, string path) : Attribute
{
    public string Name { get; } = name;

    /// <summary>The dotted path of the field that it stands for.</summary>
    public string Path { get; } = path;
}

/// <summary>A rule that a string (or each string of a list, or each key of a map with <see cref="OnKeys"/>) must obey; derive from it to give a rule a name.</summary>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
public abstract class RuleAttribute : Attribute
{
    /// <summary>The rule is about the keys of a map and not its values.</summary>
    public bool OnKeys { get; init; }

    /// <summary>Why <paramref name="value"/> is refused and what would be right; null when it is fine. Must not throw.</summary>
    public abstract string? Refuse(string value);

    /// <summary>A value that the rule refuses is taken all the same, with a warning: Kong takes it, and it does no good.</summary>
    public virtual bool OnlyWarns => false;

    /// <summary>The JSON Schema format, if one says the same.</summary>
    public virtual string? Format => null;
}

/// <summary>A number that must be greater than <paramref name="bound"/>; on a list, each of its elements.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GreaterThanAttribute(double bound) : Attribute
{
    public double Bound { get; } = bound;
}

/// <summary>The string, or each string of the list or map, may be empty; without this it may not, as in Kong.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowEmptyAttribute : Attribute;

/// <summary>An empty list is shown as null, as Kong shows a set that was never given.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EmptyAsNullAttribute : Attribute;

/// <summary>Sluice's own field, which Kong's object of the same kind does not have; an API in Kong's shape leaves it out while it is not set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExtensionAttribute : Attribute;
