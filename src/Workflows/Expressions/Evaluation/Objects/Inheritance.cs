using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Members that an object has not as plain data: hidden ones, and those of its prototypes.</summary>
internal static class Inheritance
{
    /// <summary>Looks for a member among what the traits hold.</summary>
    public static bool TryGet(Evaluator e, ObjectTraits traits, string name, JsValue self, out JsValue value)
    {
        if (!TryFind(e, traits, name, out value)) return false;
        if (value.AsReference is JsAccessor accessor) value = accessor.Read(e, self);
        return true;
    }

    /// <summary>Like <see cref="TryGet"/>, but gives an accessor itself.</summary>
    public static bool TryFind(Evaluator e, ObjectTraits traits, string name, out JsValue value)
    {
        if (TryFindOwn(traits, name, out value)) return true;
        for (var holder = traits.Prototype; holder is not null; holder = holder.Traits?.Prototype)
        {
            e.Step();
            if (holder is JsObject own && own.TryGet(name, out value)) return true;
            if (holder.Traits is { } inner && TryFindOwn(inner, name, out value)) return true;
            if (holder is not JsObject && holder.TryGetField(e, name, out value)) return true;
        }

        return false;
    }

    public static bool TryFindOwn(ObjectTraits traits, string name, out JsValue value)
    {
        value = default;
        return traits.Hidden?.TryGet(name, out value) == true || traits.Fields?.TryGet(name, out value) == true;
    }

    /// <summary>The setter that a member has, on the object or a prototype.</summary>
    public static JsAccessor? Accessor(Evaluator e, JsReference target, string name)
    {
        if (target is JsObject own && own.TryGet(name, out var value)) return value.AsReference as JsAccessor;
        return target.Traits is { } traits && TryFind(e, traits, name, out value) ? value.AsReference as JsAccessor : null;
    }

    /// <summary>Whether one object is among the prototypes of another.</summary>
    public static bool Contains(Evaluator? e, JsReference? target, JsReference prototype)
    {
        for (var holder = target?.Traits?.Prototype; holder is not null; holder = holder.Traits?.Prototype)
        {
            e?.Step();
            if (ReferenceEquals(holder, prototype)) return true;
        }

        return false;
    }

    /// <summary>What <c>value.constructor</c> is; undefined where nothing may be learned of it.</summary>
    public static JsValue Constructor(Evaluator e, JsValue target) => target.Kind switch
    {
        JsKind.Function => throw Properties.Refuse("constructor"),
        JsKind.Error => ErrorLibrary.Constructor(((JsError)target.AsReference!).Type),
        _ => Prototypes.ConstructorFor(target),
    };
}
