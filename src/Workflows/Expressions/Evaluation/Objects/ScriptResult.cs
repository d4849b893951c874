using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>What a script gives back, as plain data: getters are read, <c>toJSON</c> is asked, and classes are left behind.</summary>
internal static class ScriptResult
{
    public static JsValue Plain(Evaluator e, JsValue value, int depth)
    {
        e.Descend(depth);
        switch (value.AsReference)
        {
            case JsArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    var element = array[i];
                    if (!element.IsReference) continue;
                    var plain = Plain(e, element, depth + 1);
                    if (!plain.Is(element)) return Copy(e, array, i, plain, depth);
                }

                return value;
            case JsObject own: return Object(e, own, depth);
            case { Traits: not null } reference: return JsonLibrary.ToJson(e, reference, "");
            default: return value;
        }
    }

    private static JsArray Copy(Evaluator e, JsArray source, int at, JsValue first, int depth)
    {
        var copy = e.NewArray(source.Span);
        copy[at] = first;
        for (var i = at + 1; i < copy.Count; i++) copy[i] = Plain(e, source[i], depth + 1);
        return copy;
    }

    private static JsValue Object(Evaluator e, JsObject source, int depth)
    {
        var stands = JsonLibrary.ToJson(e, source, "");
        if (!ReferenceEquals(stands.AsReference, source)) return Plain(e, stands, depth + 1);
        JsObject? copy = null;
        if (source.Traits is not null)
        {
            copy = e.NewObject(source.Count);
            foreach (var name in source.Names.ToArray()) e.Set(copy, name, Plain(e, Properties.Get(e, source, name), depth + 1));
            return copy;
        }

        foreach (var (name, field) in source)
        {
            if (!field.IsReference) continue;
            var plain = Plain(e, field, depth + 1);
            if (!plain.Is(field)) (copy ??= source.Clone()).Set(name, plain);
        }

        return copy ?? (JsValue)source;
    }
}
