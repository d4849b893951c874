using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>
/// The methods that n8n gives to all values of a type. As there, what is written as a call of one of their names means them, even where JavaScript has a method
/// of that name.
/// </summary>
internal static class ExtensionMethods
{
    private static readonly NativeFunction IsEmpty = new("isEmpty", 0, (_, self, _) => !Coerce.ToBoolean(self));

    private static readonly NativeFunction IsNotEmpty = new("isNotEmpty", 0, (_, self, _) => Coerce.ToBoolean(self));

    private static readonly (string Type, MethodTable Table)[] Tables =
    [
        ("Array", ArrayExtensions.Table), ("Date", DateExtensions.Table), ("Number", NumberExtensions.Table),
        ("Object", ObjectExtensions.Table), ("String", StringExtensions.Table), ("Boolean", BooleanExtensions.Table),
    ];

    private static readonly HashSet<string> Names = [.. Tables.SelectMany(t => t.Table.Names), "isEmpty", "isNotEmpty"];

    public static bool IsName(string name) => Names.Contains(name);

    /// <summary>The extension that a call means; null when it means a method of the value's own.</summary>
    /// <param name="self">What it is called on. A text that is a date as JSON writes it becomes the date when the method is one of dates.</param>
    /// <exception cref="ExpressionError">Only other types have such a method.</exception>
    public static JsFunction? Find(Evaluator evaluator, string name, ref JsValue self)
    {
        JsFunction? found = null;
        switch (self.Kind)
        {
            case JsKind.Array: found = ArrayExtensions.Table.Method(name); break;
            case JsKind.String:
                if (name is not ("toDate" or "toDateTime") && self.AsString is { Length: 24 } text && DateExtensions.Table.Method(name) is { } ofDates && IsJsonDate(text, out var milliseconds))
                {
                    self = new JsDate(milliseconds);
                    return ofDates;
                }

                found = StringExtensions.Table.Method(name);
                break;
            case JsKind.Number: found = NumberExtensions.Table.Method(name); break;
            case JsKind.Date or JsKind.DateTime: found = DateExtensions.Table.Method(name); break;
            case JsKind.Boolean: found = BooleanExtensions.Table.Method(name); break;
            case JsKind.Object when self.AsObject is not null: found = ObjectExtensions.Table.Method(name); break;
        }

        if (found is not null) return found;
        if (!self.IsNullish && Properties.Get(evaluator, self, name).Kind == JsKind.Function) return null;
        if (name == "isEmpty") return IsEmpty;
        if (name == "isNotEmpty") return IsNotEmpty;
        if (self.IsNullish) throw new ExpressionError($"{name}() can't be used on {self} value");
        var types = Tables.Where(t => t.Table.Method(name) is not null).Select(t => $"\"{t.Type}\"").ToList();
        throw new ExpressionError($"{name}() is only callable on type{(types.Count > 1 ? "s" : "")} {string.Join(", ", types)}");
    }

    /// <summary>Whether a text is what <c>toISOString()</c> writes.</summary>
    private static bool IsJsonDate(string text, out double milliseconds)
    {
        milliseconds = text[^1] == 'Z' && text[10] == 'T' ? DateParser.Parse(text, DateTimes.Zone.Utc) : double.NaN;
        return !double.IsNaN(milliseconds) && IsoText.Format(milliseconds) == text;
    }
}
