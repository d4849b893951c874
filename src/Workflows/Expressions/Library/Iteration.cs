using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>What <c>for of</c>, spreading and destructuring walk through.</summary>
internal static class Iteration
{
    public static IEnumerable<JsValue> Of(Evaluator evaluator, JsValue value) => value.AsReference switch
    {
        JsArray array => Elements(evaluator, array),
        JsMap map => map.Pairs(evaluator),
        JsSet set => set.Values(evaluator),
        JsUrlSearchParams query => query.Pairs(evaluator),
        null when value.AsString is { } text => Characters(evaluator, text),
        _ => throw JsThrow.Type($"{(value.IsReference ? Coerce.TypeName(value) : Coerce.ToText(evaluator, value))} is not iterable"),
    };

    public static bool IsIterable(JsValue value) => value.IsString || value.Kind is JsKind.Array or JsKind.Map or JsKind.Set or JsKind.UrlSearchParams;

    private static IEnumerable<JsValue> Elements(Evaluator evaluator, JsArray array)
    {
        for (var i = 0; i < array.Count; i++)
        {
            evaluator.Step();
            yield return evaluator.Element(array, i);
        }
    }

    /// <summary>Code points, not halves of surrogate pairs.</summary>
    private static IEnumerable<JsValue> Characters(Evaluator evaluator, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            evaluator.Step();
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                evaluator.Allocate(32);
                yield return text.Substring(i++, 2);
            }
            else yield return CharacterStrings.Of(text[i]);
        }
    }
}
