using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n adds to numbers.</summary>
internal static class NumberExtensions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("ceil", 0, (_, self, _) => Math.Ceiling(self.AsNumber))
        .Add("floor", 0, (_, self, _) => Math.Floor(self.AsNumber))
        .Add("abs", 0, (_, self, _) => Math.Abs(self.AsNumber))
        .Add("format", 2, (e, self, a) => NumberFormat.Format(e, self.AsNumber, a.At(0), a.At(1)))
        .Add("round", 1, (e, self, a) => Round(e, self.AsNumber, a.At(0)))
        .Add("isInteger", 0, (_, self, _) => NumberLibrary.IsInteger(self))
        .Add("isEven", 0, (_, self, _) => Whole(self, "isEven") % 2 == 0)
        .Add("isOdd", 0, (_, self, _) => Math.Abs(Whole(self, "isOdd")) % 2 == 1)
        .Add("toBoolean", 0, (_, self, _) => self.AsNumber != 0)
        .Add("toInt", 0, (e, self, _) => Round(e, self.AsNumber, default))
        .Add("toFloat", 0, (_, self, _) => self)
        .Add("toDateTime", 1, (e, self, a) => ToDateTime(e, self.AsNumber, a.At(0)))
        .Build();

    /// <summary>A moment from a number of milliseconds, seconds, microseconds, or days as spreadsheets count them.</summary>
    public static JsValue ToDateTime(Evaluator e, double number, JsValue format) => e.Own(new JsDateTime((format.IsUndefined ? "ms" : format.AsString) switch
    {
        "ms" => number,
        "s" => number * 1000,
        "us" => number / 1000,
        // 1970 began on day 25,569, as 1900 counts as a leap year there.
        "excel" => (number - 25_569) * 86_400_000,
        _ => throw new ExpressionError($"Unsupported format '{format}'. toDateTime() supports 'ms', 's', 'us' and 'excel'."),
    }, DateLibrary.Local(e)));

    private static double Round(Evaluator e, double number, JsValue places)
    {
        var digits = places.IsUndefined ? 0 : Coerce.ToInteger(e, places);
        if (digits is < 0 or > 100) throw JsThrow.Range("toFixed() digits argument must be between 0 and 100");
        e.Step(20);
        return NumberText.ToNumber(NumberLibrary.ToFixed(number, (int)digits));
    }

    private static double Whole(JsValue value, string name) => NumberLibrary.IsInteger(value) ? value.AsNumber : throw new ExpressionError($"{name}() is only callable on integers");
}
