using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>What Object says of prototypes, descriptors and frozen objects.</summary>
internal static class ObjectShapes
{
    public static JsValue Restrict(Evaluator e, JsValue target, Extensibility degree)
    {
        // In an expression nothing outlives the evaluation that could be changed.
        if (e.Jobs is null || target.AsReference is not (JsObject or JsArray or Closure or ClassFunction)) return target;
        var traits = ObjectTraits.Of(target.AsReference);
        if (traits.Extensibility < degree) traits.Extensibility = degree;
        return target;
    }

    public static bool IsAtLeast(JsValue target, Extensibility degree) => !target.IsReference || target.AsReference!.Traits?.Extensibility >= degree;

    public static JsValue Create(Evaluator e, JsValue prototype, JsValue properties)
    {
        if (e.Jobs is null) return prototype.IsNull || prototype.AsObject is { Count: 0 } ? e.NewObject() : throw new ExpressionError("objects have no prototypes in expressions");
        if (!prototype.IsNull && !prototype.IsReference) throw JsThrow.Type($"Object prototype may only be an Object or null: {Coerce.ToText(e, prototype)}");
        var made = e.NewObject();
        var traits = ObjectTraits.Of(made);
        (traits.Prototype, traits.IsBare) = (prototype.AsReference, prototype.IsNull);
        if (properties.IsReference)
            foreach (var name in Properties.OwnNames(e, properties)) Define(e, made, name, Properties.Get(e, properties, name));
        return made;
    }

    public static JsValue PrototypeOf(Evaluator e, JsValue target)
    {
        if (e.Jobs is null) throw Properties.Refuse("getPrototypeOf");
        if (target.IsNullish) throw JsThrow.Type("Cannot convert undefined or null to object");
        if (target.AsReference?.Traits is { } traits && (traits.Prototype is not null || traits.IsBare)) return traits.Prototype ?? JsValue.Null;
        if (target.AsReference is LibraryPrototype { TypeName: "Object" }) return JsValue.Null;
        return target.Kind != JsKind.Function && Inheritance.Constructor(e, target).AsReference is JsFunction { PrototypeObject: { } prototype } ? prototype : default(JsValue);
    }

    public static JsValue Define(Evaluator e, JsValue target, string name, JsValue descriptor)
    {
        if (e.Jobs is null) throw Properties.Refuse("defineProperty");
        if (target.AsReference is not { } reference || !target.IsReference) throw JsThrow.Type("Object.defineProperty called on non-object");
        if (!descriptor.IsReference) throw JsThrow.Type($"Property description must be an object: {Coerce.ToText(e, descriptor)}");
        if (reference.Traits?.Constant?.Contains(name) == true) throw JsThrow.Type($"Cannot redefine property: {name}");
        PropertyChanges.Define(e, reference, name, descriptor);
        return target;
    }

    public static JsValue Descriptor(Evaluator e, JsValue target, string name)
    {
        if (!Properties.HasOwn(e, target, name)) return default;
        var traits = target.AsReference?.Traits;
        var hidden = default(JsValue);
        var isHidden = traits?.Hidden?.TryGet(name, out hidden) == true;
        var value = isHidden ? hidden : target.AsObject is { } own && own.TryGet(name, out var field) ? field : Properties.Get(e, target, name);
        var result = e.NewObject(4);
        if (value.AsReference is JsAccessor accessor)
        {
            result.Set("get", accessor.Getter is null ? default : accessor.Getter);
            result.Set("set", accessor.Setter is null ? default : accessor.Setter);
        }
        else
        {
            result.Set("value", value);
            result.Set("writable", traits?.Extensibility != Extensibility.Frozen && traits?.Constant?.Contains(name) != true);
        }

        result.Set("enumerable", !isHidden);
        result.Set("configurable", !(traits?.Extensibility >= Extensibility.Sealed) && traits?.Constant?.Contains(name) != true);
        return result;
    }

    /// <summary>The names of its own, those that no listing shows among them.</summary>
    public static List<string> AllNames(Evaluator e, JsValue target)
    {
        var names = ObjectLibrary.Names(e, target);
        if (target.AsArray is not null || target.IsString) names.Add("length");
        if (target.AsReference?.Traits?.Hidden is { } hidden) names.AddRange(hidden.Names.Where(n => !JsSymbol.IsKey(n)));
        return names;
    }
}
