using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>A name that is like no other.</summary>
internal sealed class JsSymbol : JsReference
{
    private const char Mark = '\u0001';

    private static long s_last;

    public JsSymbol(string? description) => (Description, Key) = (description, $"{Mark}@@{Interlocked.Increment(ref s_last)}");

    private JsSymbol(string description, string key) => (Description, Key) = (description, $"{Mark}@@{key}");

    public static JsSymbol Iterator { get; } = new("Symbol.iterator", "iterator");

    public static JsSymbol AsyncIterator { get; } = new("Symbol.asyncIterator", "asyncIterator");

    public static JsSymbol ToPrimitive { get; } = new("Symbol.toPrimitive", "toPrimitive");

    public static JsSymbol ToStringTag { get; } = new("Symbol.toStringTag", "toStringTag");

    public static JsSymbol HasInstance { get; } = new("Symbol.hasInstance", "hasInstance");

    public override JsKind Kind => JsKind.Symbol;

    public string? Description { get; }

    /// <summary>The name under which it is kept among hidden members.</summary>
    public string Key { get; }

    public static bool IsKey(string name) => name.Length > 3 && name[0] == Mark && name[1] == '@' && name[2] == '@';

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = Description is null ? default : (JsValue)Description;
        return name == "description";
    }

    internal override JsValue ToJson() => default;

    public override string ToString() => $"Symbol({Description})";
}
