using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>What scripts can make of an object beyond data.</summary>
internal sealed class ObjectTraits
{
    /// <summary>Where members are looked for that the object does not have itself.</summary>
    public JsReference? Prototype { get; set; }

    /// <summary>Whether it has not even the methods that all objects have.</summary>
    public bool IsBare { get; set; }

    /// <summary>Members that no listing shows: methods of classes, and those whose name is a symbol.</summary>
    public JsObject? Hidden { get; set; }

    /// <summary>Fields of something that is not a plain object, such as a function or an error.</summary>
    public JsObject? Fields { get; set; }

    public Dictionary<PrivateName, JsValue>? Private { get; set; }

    public Extensibility Extensibility { get; set; }

    /// <summary>The names of single fields that cannot be changed.</summary>
    public HashSet<string>? Constant { get; set; }

    /// <summary>The traits of an object, which has them from now on.</summary>
    /// <exception cref="JsThrow">It is part of the library, which all code shares.</exception>
    public static ObjectTraits Of(JsReference target) => target.Traits ??= target is LibraryPrototype or NativeFunction or NativeConstructor or JsNamespace
        ? throw JsThrow.Type("Cannot change what belongs to the language: object is not extensible") : new ObjectTraits();

    /// <summary>Takes a member into the hidden ones.</summary>
    public static void Hide(Evaluator e, JsReference target, string name, JsValue value)
    {
        var traits = Of(target);
        e.Set(traits.Hidden ??= e.NewObject(), name, value);
    }
}

internal enum Extensibility
{
    Open,
    Closed,
    Sealed,
    Frozen,
}

/// <summary>A private name of a class, as it was compiled.</summary>
internal sealed class PrivateName(string text)
{
    public string Text => text;
}

/// <summary>A member that is worked out when it is read.</summary>
internal sealed class JsAccessor(JsFunction? getter, JsFunction? setter) : JsReference
{
    public override JsKind Kind => JsKind.Undefined;

    public JsFunction? Getter => getter;

    public JsFunction? Setter => setter;

    public JsValue Read(Evaluator e, JsValue self) => getter is null ? default : e.Call(getter, self, []);

    internal override JsValue ToJson() => default;

    /// <summary>This one together with what there was under its name.</summary>
    public JsAccessor Over(JsValue before) => before.AsReference is JsAccessor other ? new(getter ?? other.Getter, setter ?? other.Setter) : this;
}
