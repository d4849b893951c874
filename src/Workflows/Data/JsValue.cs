using System.Runtime.CompilerServices;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Data;

/// <summary>One value of a workflow's data: what JSON can say, and what expressions compute with besides. The default is <c>undefined</c>.</summary>
/// <remarks>
/// Sixteen bytes: a number lies in the struct itself, everything else behind one reference. The reference is also the tag, so that asking
/// for the kind of a primitive is a comparison of addresses.
/// </remarks>
public readonly struct JsValue
{
    private readonly object? _reference;
    private readonly double _number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private JsValue(object? reference, double number = 0)
    {
        _reference = reference;
        _number = number;
    }

    public static JsValue Undefined => default;

    public static JsValue Null => new(Tag.Null);

    public static JsValue True => new(Tag.True);

    public static JsValue False => new(Tag.False);

    public static JsValue EmptyString => new("");

    /// <summary>What stands in an array where no element was ever put (<c>Array(3)</c>); it reads as undefined and never leaves the array.</summary>
    internal static JsValue Hole => new(Tag.Hole);

    public JsKind Kind => _reference switch
    {
        null => JsKind.Undefined,
        string => JsKind.String,
        Tag tag => tag.Kind,
        _ => Unsafe.As<JsReference>(_reference).Kind,
    };

    public bool IsUndefined => _reference is null;

    public bool IsNull => ReferenceEquals(_reference, Tag.Null);

    /// <summary>Whether it is undefined or null.</summary>
    public bool IsNullish => _reference is null || ReferenceEquals(_reference, Tag.Null);

    public bool IsBoolean => ReferenceEquals(_reference, Tag.True) || ReferenceEquals(_reference, Tag.False);

    public bool IsTrue => ReferenceEquals(_reference, Tag.True);

    public bool IsFalse => ReferenceEquals(_reference, Tag.False);

    public bool IsNumber
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ReferenceEquals(_reference, Tag.Number);
    }

    public bool IsString => _reference is string;

    /// <summary>Whether it is an object in JavaScript's sense: an object, array, function, date and so on.</summary>
    public bool IsReference => _reference is JsReference { Kind: not (JsKind.BigInt or JsKind.Symbol) };

    internal bool IsHole => ReferenceEquals(_reference, Tag.Hole);

    /// <summary>The number; meaningful only when <see cref="IsNumber"/>.</summary>
    public double AsNumber
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _number;
    }

    /// <summary>The string, or null when it is something else.</summary>
    public string? AsString => _reference as string;

    /// <summary>The object, or null when it is something else (also when it is an array).</summary>
    public JsObject? AsObject => _reference as JsObject;

    /// <summary>The array, or null when it is something else.</summary>
    public JsArray? AsArray => _reference as JsArray;

    /// <summary>The object, array, function, date and so on, or null for a primitive.</summary>
    public JsReference? AsReference => _reference as JsReference;

    /// <summary>A text under way, which only variables hold.</summary>
    internal LongText? AsLongText => _reference as LongText;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static JsValue From(double number) => new(Tag.Number, number);

    public static JsValue From(bool value) => new(value ? Tag.True : Tag.False);

    /// <summary>A string; null becomes null.</summary>
    public static JsValue From(string? text) => text is null ? Null : new(text);

    /// <summary>An object, array, date and so on; null becomes null.</summary>
    public static JsValue From(JsReference? reference) => reference is null ? Null : new(reference);

    public static implicit operator JsValue(double number) => From(number);

    public static implicit operator JsValue(bool value) => From(value);

    public static implicit operator JsValue(string? text) => From(text);

    public static implicit operator JsValue(JsReference? reference) => From(reference);

    /// <summary>Whether both hold the same primitive or the very same object (ECMA-262 SameValueZero: NaN equals NaN).</summary>
    public bool Is(JsValue other)
    {
        if (IsNumber) return other.IsNumber && (_number == other._number || (double.IsNaN(_number) && double.IsNaN(other._number)));
        if (_reference is string text) return other._reference is string otherText && string.Equals(text, otherText, StringComparison.Ordinal);
        return ReferenceEquals(_reference, other._reference) || (_reference is JsReference own && other._reference is JsReference others && own.IsSame(others));
    }

    /// <summary>Whether both are the same JSON: primitives by value, arrays by element, objects by field in any order.</summary>
    public bool DeepEquals(JsValue other) => JsDeepEquality.AreEqual(this, other);

    /// <summary>For logs and tests: strings as they are, everything else as JSON.</summary>
    public override string ToString() => _reference as string ?? (IsUndefined ? "undefined" : JsJson.WriteString(this));

    private sealed class Tag(JsKind kind)
    {
        public static readonly Tag Null = new(JsKind.Null);
        public static readonly Tag True = new(JsKind.Boolean);
        public static readonly Tag False = new(JsKind.Boolean);
        public static readonly Tag Number = new(JsKind.Number);
        public static readonly Tag Hole = new(JsKind.Undefined);

        public JsKind Kind { get; } = kind;
    }
}
