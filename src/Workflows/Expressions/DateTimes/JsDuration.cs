using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's Duration: so many of each unit; null where a unit was never named.</summary>
internal sealed class JsDuration(double?[] values, string? invalid = null) : JsReference
{
    public override JsKind Kind => JsKind.Duration;

    public double?[] Values => values;

    public string? Invalid => invalid;

    public double this[TimeUnit unit] => values[(int)unit] ?? 0;

    internal override double? NumberValue => invalid is not null ? double.NaN : As(TimeUnit.Millisecond);

    public static JsDuration Of(TimeUnit unit, double count)
    {
        var values = new double?[TimeUnits.Count];
        values[(int)unit] = count;
        return new JsDuration(values);
    }

    /// <summary>From a Duration, milliseconds, or an object of units.</summary>
    public static JsDuration From(Evaluator e, JsValue value)
    {
        if (value.AsReference is JsDuration known) return known;
        if (value.IsNumber) return Of(TimeUnit.Millisecond, value.AsNumber);
        if (value.AsObject is not { } fields) throw JsThrow.Error("Error", $"Unknown duration argument {value} of type {Coerce.TypeName(value)}");
        var values = new double?[TimeUnits.Count];
        foreach (var (name, count) in fields)
        {
            if (count.IsNullish || name is "locale" or "numberingSystem" or "conversionAccuracy") continue;
            var number = Coerce.ToNumber(e, count);
            values[(int)TimeUnits.Parse(name)] = double.IsFinite(number) && !(count.AsString is { Length: 0 }) ? number : throw JsThrow.Error("Error", $"Invalid unit value {count}");
        }

        return new JsDuration(values);
    }

    public JsDuration Map(Func<double, double> change) => new([.. values.Select(v => v is { } count ? change(count) : v)], invalid);

    public JsDuration Add(JsDuration other) => new([.. values.Zip(other.Values, (a, b) => a is null && b is null ? (double?)null : (a ?? 0) + (b ?? 0))], invalid);

    public double As(TimeUnit unit) => ShiftTo([unit])[unit];

    /// <summary>The same length in other units.</summary>
    public JsDuration ShiftTo(IReadOnlyCollection<TimeUnit> units)
    {
        if (units.Count == 0) return this;
        var built = new double?[TimeUnits.Count];
        var left = new double[TimeUnits.Count];
        TimeUnit? last = null;
        for (var unit = TimeUnit.Year; unit <= TimeUnit.Millisecond; unit++)
        {
            if (!units.Contains(unit))
            {
                left[(int)unit] = this[unit];
                continue;
            }

            last = unit;
            var own = this[unit];
            for (var longer = TimeUnit.Year; longer < unit; longer++)
            {
                own += TimeUnits.Ratio(longer, unit) * left[(int)longer];
                left[(int)longer] = 0;
            }

            built[(int)unit] = Math.Truncate(own);
            left[(int)unit] = (own * 1000 - Math.Truncate(own) * 1000) / 1000;
        }

        for (var unit = TimeUnit.Year; unit <= TimeUnit.Millisecond; unit++)
            if (left[(int)unit] != 0) built[(int)last!] += unit == last ? left[(int)unit] : left[(int)unit] / TimeUnits.Ratio(last!.Value, unit);
        return new JsDuration(built, invalid).Normalize();
    }

    /// <summary>Carries what is too much for a unit into the next longer one, with one sign for all.</summary>
    public JsDuration Normalize()
    {
        var result = (double?[])values.Clone();
        var factor = (NumberOf(values) < 0) ? -1 : 1;
        int? previous = null;
        for (var i = TimeUnits.Count - 1; i >= 0; i--)
        {
            if (result[i] is null) continue;
            if (previous is { } shorter)
            {
                var previousValue = result[shorter]!.Value * factor;
                var ratio = TimeUnits.Ratio((TimeUnit)i, (TimeUnit)shorter);
                var up = Math.Floor(previousValue / ratio);
                result[i] += up * factor;
                result[shorter] -= up * ratio * factor;
            }

            previous = i;
        }

        previous = null;
        for (var i = 0; i < TimeUnits.Count; i++)
        {
            if (result[i] is null) continue;
            if (previous is { } longer)
            {
                var fraction = result[longer]!.Value % 1;
                result[longer] -= fraction;
                result[i] += fraction * TimeUnits.Ratio((TimeUnit)longer, (TimeUnit)i);
            }

            previous = i;
        }

        return new JsDuration(result, invalid);
    }

    public JsObject ToObject()
    {
        var result = new JsObject();
        for (var unit = TimeUnit.Year; unit <= TimeUnit.Millisecond; unit++)
            if (values[(int)unit] is { } count) result.Set(TimeUnits.Plural(unit), count);
        return result;
    }

    /// <summary>ISO 8601: <c>P1DT2H</c>.</summary>
    public override string ToString()
    {
        if (invalid is not null) return "Invalid Duration";
        var text = new StringBuilder("P");
        if (this[TimeUnit.Year] != 0) Append(this[TimeUnit.Year], 'Y');
        if (this[TimeUnit.Month] != 0 || this[TimeUnit.Quarter] != 0) Append(this[TimeUnit.Month] + this[TimeUnit.Quarter] * 3, 'M');
        if (this[TimeUnit.Week] != 0) Append(this[TimeUnit.Week], 'W');
        if (this[TimeUnit.Day] != 0) Append(this[TimeUnit.Day], 'D');
        var seconds = this[TimeUnit.Second] + this[TimeUnit.Millisecond] / 1000;
        if (this[TimeUnit.Hour] != 0 || this[TimeUnit.Minute] != 0 || seconds != 0) text.Append('T');
        if (this[TimeUnit.Hour] != 0) Append(this[TimeUnit.Hour], 'H');
        if (this[TimeUnit.Minute] != 0) Append(this[TimeUnit.Minute], 'M');
        if (seconds != 0) Append(Math.Round(seconds * 1000) / 1000, 'S');
        return text.Length == 1 ? "PT0S" : text.ToString();

        void Append(double count, char unit) => text.Append(JsNumberText.Format(count)).Append(unit);
    }

    /// <summary>ISO 8601 of a duration, or null.</summary>
    public static JsDuration? ParseIso(string text)
    {
        var match = System.Text.RegularExpressions.Regex.Match(text, @"^(-)?P(?:(-?\d+(?:\.\d+)?)Y)?(?:(-?\d+(?:\.\d+)?)M)?(?:(-?\d+(?:\.\d+)?)W)?(?:(-?\d+(?:\.\d+)?)D)?(?:T(?:(-?\d+(?:\.\d+)?)H)?(?:(-?\d+(?:\.\d+)?)M)?(?:(-?\d+(?:[.,]\d+)?)S)?)?$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromMilliseconds(100));
        if (!match.Success || text.Length > 200 || text.EndsWith('P') || text.EndsWith('T')) return null;
        var values = new double?[TimeUnits.Count];
        TimeUnit[] order = [TimeUnit.Year, TimeUnit.Month, TimeUnit.Week, TimeUnit.Day, TimeUnit.Hour, TimeUnit.Minute, TimeUnit.Second];
        for (var i = 0; i < order.Length; i++)
        {
            if (!match.Groups[i + 2].Success) continue;
            var count = double.Parse(match.Groups[i + 2].Value.Replace(',', '.'), CultureInfo.InvariantCulture) * (match.Groups[1].Success ? -1 : 1);
            if (order[i] == TimeUnit.Second && count != Math.Truncate(count))
            {
                values[(int)TimeUnit.Millisecond] = Math.Round((count - Math.Truncate(count)) * 1000);
                count = Math.Truncate(count);
            }

            values[(int)order[i]] = count;
        }

        return new JsDuration(values);
    }

    internal override JsValue ToJson() => invalid is not null ? JsValue.Null : ToString();

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = default;
        switch (name)
        {
            case "isValid":
                value = invalid is null;
                return true;
            case "invalidReason":
                value = invalid;
                return true;
            case "years" or "quarters" or "months" or "weeks" or "days" or "hours" or "minutes" or "seconds" or "milliseconds":
                value = invalid is null ? this[TimeUnits.Parse(name)] : double.NaN;
                return true;
            default: return false;
        }
    }

    private static double NumberOf(double?[] values)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++) sum += (values[i] ?? 0) * TimeUnits.Ratio((TimeUnit)i, TimeUnit.Millisecond);
        return sum;
    }
}
