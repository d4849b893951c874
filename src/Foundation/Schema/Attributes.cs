namespace Sluice.Foundation.Schema;

// A configuration record is its own schema: the properties' types, defaults, doc comments and these attributes give parsing, checking,
// JSON Schema, forms and the reference tables. Property names become snake_case field names. A property whose type is not nullable
// and that has no default must carry [Required]. Fields that the record does not declare are problems.

/// <summary>The field must be present and not null.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>The field's name where it is not the property's name in snake_case.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class FieldAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

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

/// <summary>The elements of the list must differ.</summary>
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
