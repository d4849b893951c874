using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>The methods that the values of each kind have.</summary>
internal static class Prototypes
{
    private static readonly MethodTable[] Tables = Build();

    public static MethodTable For(JsValue value) => Tables[(int)value.Kind];

    /// <summary>The methods of what a constructor makes; null when it makes no kind of value.</summary>
    public static MethodTable? Named(string constructor) =>
        constructor.EndsWith("Error", StringComparison.Ordinal) ? ErrorLibrary.Methods : Enum.TryParse<JsKind>(constructor, out var kind) ? Tables[(int)kind] : null;

    /// <summary>What made a value, as its <c>constructor</c> says; undefined for kinds that say nothing of it.</summary>
    public static JsValue ConstructorFor(JsValue value) => value.Kind switch
    {
        JsKind.Boolean => NumberLibrary.BooleanConstructor,
        JsKind.Number => NumberLibrary.Constructor,
        JsKind.String => StringLibrary.Constructor,
        JsKind.BigInt => BigIntLibrary.Constructor,
        JsKind.Object when value.AsObject is not null => ObjectLibrary.Constructor,
        JsKind.Array => ArrayLibrary.Constructor,
        JsKind.Date => DateLibrary.Constructor,
        JsKind.RegExp => RegExpLibrary.Constructor,
        JsKind.Map => MapLibrary.Constructor,
        JsKind.Set => SetLibrary.Constructor,
        JsKind.Promise => PromiseLibrary.Constructor,
        JsKind.DateTime => DateTimeFactory.Constructor,
        JsKind.Symbol => SymbolLibrary.Constructor,
        _ when value.AsReference is JsBytes bytes => bytes.IsBuffer ? BufferLibrary.Constructor : TypedArrayLibrary.Constructors.First(c => c.Name == bytes.TypeName),
        _ => default(JsValue),
    };

    private static MethodTable[] Build()
    {
        var tables = new MethodTable[Enum.GetValues<JsKind>().Length];
        Array.Fill(tables, ObjectLibrary.Methods);
        tables[(int)JsKind.Undefined] = tables[(int)JsKind.Null] = MethodTable.Empty;
        tables[(int)JsKind.Boolean] = NumberLibrary.BooleanMethods;
        tables[(int)JsKind.Number] = NumberLibrary.Methods;
        tables[(int)JsKind.String] = StringLibrary.Methods;
        tables[(int)JsKind.BigInt] = BigIntLibrary.Methods;
        tables[(int)JsKind.Array] = ArrayLibrary.Methods;
        tables[(int)JsKind.Function] = FunctionLibrary.Methods;
        tables[(int)JsKind.Date] = DateLibrary.Methods;
        tables[(int)JsKind.RegExp] = RegExpLibrary.Methods;
        tables[(int)JsKind.Map] = MapLibrary.Methods;
        tables[(int)JsKind.Set] = SetLibrary.Methods;
        tables[(int)JsKind.Error] = ErrorLibrary.Methods;
        tables[(int)JsKind.DateTime] = DateTimeLibrary.Methods;
        tables[(int)JsKind.Duration] = DurationLibrary.Methods;
        tables[(int)JsKind.Interval] = IntervalLibrary.Methods;
        tables[(int)JsKind.Url] = UrlLibrary.Methods;
        tables[(int)JsKind.UrlSearchParams] = UrlSearchParamsLibrary.Methods;
        tables[(int)JsKind.Promise] = PromiseLibrary.Methods;
        tables[(int)JsKind.Symbol] = SymbolLibrary.Methods;
        return tables;
    }
}
