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
        return tables;
    }
}
