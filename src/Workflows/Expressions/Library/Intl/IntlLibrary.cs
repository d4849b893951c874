using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.DateTimes.Locales;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>One of the formatters of Intl, with its locale and options.</summary>
internal sealed class JsIntl(string type, MethodTable methods, JsValue locale, JsValue options) : LibraryObject(methods)
{
    public JsValue Locale => locale;

    public JsValue Options => options;

    public override string TypeName => "Intl." + type;
}

/// <summary>Intl: what scripts mostly want of it, over the same tables as <c>toLocaleString</c>.</summary>
internal static class IntlLibrary
{
    private static readonly MethodTable DateMethods = new MethodTable.Builder()
        .Add("format", 1, (e, self, a) => Date(e, self, a.At(0)))
        .Add("formatToParts", 1, (e, self, a) => IntlParts.Of(e, Moment(e, a.At(0)), Tag(self), at => Date(e, self, at)))
        .Add("formatRange", 2, (e, self, a) => $"{Date(e, self, a.At(0))} – {Date(e, self, a.At(1))}")
        .Add("resolvedOptions", 0, (e, self, _) => Resolved(e, self, ("calendar", "gregory"), ("numberingSystem", "latn"), ("timeZone", Intl(self).Options.AsObject?["timeZone"].AsString ?? e.Scope.TimeZone.Id)))
        .Build();

    private static readonly MethodTable NumberMethods = new MethodTable.Builder()
        .Add("format", 1, (e, self, a) => NumberFormat.Format(e, Coerce.ToNumber(e, a.At(0)), Intl(self).Locale, Intl(self).Options))
        .Add("resolvedOptions", 0, (e, self, _) => Resolved(e, self, ("numberingSystem", "latn"), ("style", Intl(self).Options.AsObject?["style"].AsString ?? "decimal")))
        .Build();

    private static readonly MethodTable CollatorMethods = new MethodTable.Builder()
        .Add("compare", 2, (e, self, a) => TextOrder.Compare(e, Coerce.ToText(e, a.At(0)), Coerce.ToText(e, a.At(1)), Intl(self).Options))
        .Build();

    private static readonly MethodTable ListMethods = new MethodTable.Builder()
        .Add("format", 1, (e, self, a) =>
        {
            string[] words = [.. Iteration.Of(e, a.At(0)).Select(v => Coerce.ToText(e, v))];
            var type = Intl(self).Options.AsObject?["type"].AsString;
            if (LocaleTable.Of(Tag(self)) is { } table && type != "unit")
                return words.Length < 2 ? string.Concat(words) : string.Join(table.And[0], words[..^1]) + (type == "disjunction" ? table.Or : table.And[^1]) + words[^1];
            var last = type switch { "disjunction" => "or", "unit" => "", _ => "and" };
            return words.Length switch
            {
                0 => "",
                1 => words[0],
                2 when last.Length > 0 => $"{words[0]} {last} {words[1]}",
                _ => $"{string.Join(", ", words[..^1])}, {(last.Length > 0 ? last + " " : "")}{words[^1]}",
            };
        })
        .Build();

    private static readonly MethodTable PluralMethods = new MethodTable.Builder()
        .Add("select", 1, (e, self, a) =>
        {
            var number = Coerce.ToNumber(e, a.At(0));
            if (Intl(self).Options.AsObject?["type"].AsString != "ordinal") return LocaleTable.Of(Tag(self)) is { } table ? table.Plural(Math.Abs(number)) : number == 1 ? "one" : "other";
            return (number % 10, number % 100) switch { (1, not 11) => "one", (2, not 12) => "two", (3, not 13) => "few", _ => "other" };
        })
        .Build();

    private static readonly MethodTable RelativeMethods = new MethodTable.Builder()
        .Add("format", 2, (e, self, a) => Relative(e, Intl(self).Locale, Coerce.ToNumber(e, a.At(0)), Coerce.ToText(e, a.At(1)).TrimEnd('s'), Intl(self).Options.AsObject?["numeric"].AsString == "auto"))
        .Build();

    public static JsNamespace Namespace { get; } = new("Intl", new MethodTable.Builder()
        .Constant("DateTimeFormat", Type("DateTimeFormat", DateMethods))
        .Constant("NumberFormat", Type("NumberFormat", NumberMethods))
        .Constant("Collator", Type("Collator", CollatorMethods))
        .Constant("ListFormat", Type("ListFormat", ListMethods))
        .Constant("PluralRules", Type("PluralRules", PluralMethods))
        .Constant("RelativeTimeFormat", Type("RelativeTimeFormat", RelativeMethods))
        .Build());

    private static NativeConstructor Type(string name, MethodTable methods)
    {
        return new(name, 0, MethodTable.Empty, Make, Make, v => v.AsReference is JsIntl intl && intl.TypeName == "Intl." + name);

        JsValue Make(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a)
        {
            // The methods are meant to be handed on, as in array.map(formatter.format).
            var made = e.Own(new JsIntl(name, methods, a.At(0), a.At(1)));
            foreach (var bound in methods.Names.Where(n => n is "format" or "compare"))
                PropertyChanges.Expand(e, made, bound, new NativeFunction(bound, 1, (inner, _, given) => methods.Method(bound)!.Invoke(inner, made, given)));
            return made;
        }
    }

    private static JsIntl Intl(JsValue self) => self.AsReference as JsIntl ?? throw JsThrow.Type("this is no formatter");

    private static string Tag(JsValue locale)
    {
        if (locale.AsReference is JsIntl intl) locale = intl.Locale;
        return locale.AsString ?? locale.AsArray?[0].AsString ?? "en-US";
    }

    private static string Date(Evaluator e, JsValue self, JsValue value)
    {
        var milliseconds = Moment(e, value);
        return LocaleDateFormat.Format(e, milliseconds, DateLibrary.Local(e), Intl(self).Locale, Intl(self).Options, Wanted(Intl(self).Options.AsObject));
    }

    private static double Moment(Evaluator e, JsValue value)
    {
        var milliseconds = value.IsUndefined ? e.Now : value.AsReference switch
        {
            JsDate date => date.Milliseconds,
            { NumberValue: { } number } => number,
            _ => Coerce.ToNumber(e, value),
        };
        return double.IsNaN(milliseconds) ? throw JsThrow.Range("Invalid time value") : milliseconds;
    }

    /// <summary>A date where nothing is said, or else only what is.</summary>
    private static LocaleDateFormat.Parts Wanted(JsObject? options)
    {
        if (options is null || !options.Names.Any(n => n is "hour" or "minute" or "second" or "timeStyle")) return LocaleDateFormat.Parts.Date;
        return options.Names.Any(n => n is "year" or "month" or "day" or "weekday" or "dateStyle") ? LocaleDateFormat.Parts.Both : LocaleDateFormat.Parts.Time;
    }

    private static JsObject Resolved(Evaluator e, JsValue self, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var result = e.NewObject();
        result.Set("locale", Intl(self).Locale.AsString ?? Intl(self).Locale.AsArray?[0].AsString ?? "en-US");
        foreach (var (name, value) in fields) result.Set(name, value);
        return result;
    }

    private static string Relative(Evaluator e, JsValue locale, double value, string unit, bool auto)
    {
        if (unit is not ("second" or "minute" or "hour" or "day" or "week" or "month" or "quarter" or "year")) throw JsThrow.Range($"Invalid unit argument for format() '{unit}'");
        if (LocaleTable.Of(Tag(locale)) is { } table && table.Relative(value, unit, auto, NumberFormat.Format(e, Math.Abs(value), locale, default)) is { } text) return text;
        if (auto)
        {
            var word = (value, unit) switch
            {
                (0, "second") => "now",
                (0, "day") => "today",
                (1, "day") => "tomorrow",
                (-1, "day") => "yesterday",
                (0, _) => "this " + unit,
                (1, not ("second" or "minute" or "hour")) => "next " + unit,
                (-1, not ("second" or "minute" or "hour")) => "last " + unit,
                _ => null,
            };
            if (word is not null) return word;
        }

        var amount = NumberFormat.Format(e, Math.Abs(value), default, default) + " " + unit + (Math.Abs(value) == 1 ? "" : "s");
        return value < 0 || double.IsNegative(value) ? amount + " ago" : "in " + amount;
    }
}
