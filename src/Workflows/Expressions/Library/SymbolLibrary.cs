using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Symbol.</summary>
internal static class SymbolLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 0, (_, self, _) => Symbol(self).ToString())
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static NativeConstructor Constructor { get; } = new("Symbol", 0, new MethodTable.Builder()
        .Constant("iterator", JsSymbol.Iterator)
        .Constant("asyncIterator", JsSymbol.AsyncIterator)
        .Constant("toPrimitive", JsSymbol.ToPrimitive)
        .Constant("toStringTag", JsSymbol.ToStringTag)
        .Constant("hasInstance", JsSymbol.HasInstance)
        .Add("for", 1, (e, _, a) =>
        {
            var name = Coerce.ToText(e, a.At(0));
            e.Allocate(128);
            var symbols = e.Symbols ??= [];
            return symbols.TryGetValue(name, out var known) ? known : symbols[name] = new JsSymbol(name);
        })
        .Add("keyFor", 1, (e, _, a) =>
        {
            var symbol = Symbol(a.At(0));
            return e.Symbols?.FirstOrDefault(s => ReferenceEquals(s.Value, symbol)).Key is { } name ? name : default(JsValue);
        })
        .Build(), (e, _, a) => e.Own(new JsSymbol(a.At(0).IsUndefined ? null : Coerce.ToText(e, a[0]))), null, _ => false);

    private static JsSymbol Symbol(JsValue value) => value.AsReference as JsSymbol ?? throw JsThrow.Type($"{value} is not a symbol");
}
