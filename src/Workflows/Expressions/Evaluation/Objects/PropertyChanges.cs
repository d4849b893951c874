using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Setting fields of objects that are more than data.</summary>
internal static class PropertyChanges
{
    /// <summary>Lets a setter, or what is fixed of the object, take an assignment.</summary>
    /// <returns>Whether nothing is left to be done.</returns>
    public static bool Takes(Evaluator e, JsReference target, string name, JsValue value)
    {
        if (Inheritance.Accessor(e, target, name) is { } accessor)
        {
            if (accessor.Setter is { } setter) e.Call(setter, target, [value]);
            else e.Refuse($"Cannot set property {name} of {Text(target)} which has only a getter");
            return true;
        }

        if (target.Traits is { } traits && IsFixed(traits, target, name))
        {
            e.Refuse(Properties.HasOwn(e, target, name) ? $"Cannot assign to read only property '{name}' of object" : $"Cannot add property {name}, object is not extensible");
            return true;
        }

        if (target is JsFunction function)
        {
            if (!function.IsOpen) return false;
            if (name is "name" or "length") return true;
            if (name == "prototype") function.PrototypeObject = value.AsReference ?? throw JsThrow.Type("a prototype has to be an object");
            else Expand(e, target, name, value);
            return true;
        }

        // Methods of a prototype that is given others, and fields of errors and the like that have some already.
        if (target.Traits?.Hidden?.Contains(name) != true) return false;
        e.Set(target.Traits.Hidden, name, value);
        return true;
    }

    /// <summary>Gives something that is no plain object a field.</summary>
    public static void Expand(Evaluator e, JsReference target, string name, JsValue value)
    {
        var traits = ObjectTraits.Of(target);
        e.Set(traits.Fields ??= e.NewObject(), name, value);
    }

    /// <summary><c>Object.defineProperty</c>.</summary>
    public static void Define(Evaluator e, JsReference target, string name, JsValue descriptor)
    {
        ObjectTraits.Of(target);
        e.RequireOwn(target);
        JsValue value;
        var (getter, setter) = (Properties.Get(e, descriptor, "get"), Properties.Get(e, descriptor, "set"));
        if (!getter.IsUndefined || !setter.IsUndefined) value = new JsAccessor(getter.AsReference as JsFunction, setter.AsReference as JsFunction);
        else value = Properties.Get(e, descriptor, "value");
        if (Coerce.ToBoolean(Properties.Get(e, descriptor, "enumerable")))
        {
            if (target is JsObject { Traits: { } before }) before.Hidden?.Remove(name);
            Properties.Define(e, target, name, value);
            ObjectTraits.Of(target);
        }
        else
        {
            if (target is JsObject own) own.Remove(name);
            ObjectTraits.Hide(e, target, name, value);
        }

        if (value.AsReference is JsAccessor || Coerce.ToBoolean(Properties.Get(e, descriptor, "writable"))) return;
        (ObjectTraits.Of(target).Constant ??= new(StringComparer.Ordinal)).Add(name);
    }

    private static bool IsFixed(ObjectTraits traits, JsReference target, string name) =>
        traits.Extensibility == Extensibility.Frozen || traits.Constant?.Contains(name) == true
        || (traits.Extensibility != Extensibility.Open && target is JsObject own && !own.Contains(name) && traits.Hidden?.Contains(name) != true);

    private static string Text(JsReference target) => target is JsFunction function ? $"class {function.Name}" : "#<Object>";
}
