using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>One class, made by running its declaration.</summary>
internal sealed class ClassFunction : JsFunction
{
    private readonly JsFunction? _parent;
    private readonly List<(JsValue Name, PrivateName? Private, Closure? Value)> _fields = [];
    private readonly List<(PrivateName Name, JsValue Method)> _privateMethods = [];

    /// <param name="parent">What it extends; null for nothing.</param>
    public ClassFunction(Evaluator e, string name, JsFunction? parent, bool extendsNull)
        : base(name, 0)
    {
        _parent = parent;
        var prototype = e.NewObject();
        var traits = ObjectTraits.Of(prototype);
        traits.Prototype = parent?.PrototypeObject;
        traits.IsBare = extendsNull;
        PrototypeObject = prototype;
        ObjectTraits.Hide(e, prototype, "constructor", this);
        if (parent is not null) ObjectTraits.Of(this).Prototype = parent;
    }

    public override bool IsOpen => true;

    public override JsReference? PrototypeObject { get; set; }

    public JsFunction? Parent => _parent;

    public Closure? Constructor { get; set; }

    public override int Length => Constructor?.Length ?? 0;

    public void AddField(JsValue name, PrivateName? hidden, Closure? value) => _fields.Add((name, hidden, value));

    public void AddPrivateMethod(PrivateName name, JsValue method)
    {
        var at = _privateMethods.FindIndex(m => m.Name == name);
        if (at < 0) _privateMethods.Add((name, method));
        else _privateMethods[at] = (name, ((JsAccessor)method.AsReference!).Over(_privateMethods[at].Method));
    }

    public override bool IsInstance(JsValue value) => Inheritance.Contains(null, value.AsReference, PrototypeObject!);

    public override JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments) =>
        throw JsThrow.Type($"Class constructor {Name} cannot be invoked without 'new'");

    public override JsValue Construct(Evaluator evaluator, ReadOnlySpan<JsValue> arguments, JsFunction target)
    {
        if (_parent is not null) return Derive(evaluator, arguments, target);
        var made = evaluator.NewObject();
        ObjectTraits.Of(made).Prototype = target.PrototypeObject;
        Initialize(evaluator, made);
        var result = Constructor?.Run(evaluator, made, new CallContext { NewTarget = target, Made = made }, arguments) ?? default;
        return result.IsReference ? result : made;
    }

    /// <summary>What <c>super(...)</c> does.</summary>
    public JsReference ConstructParent(Evaluator evaluator, ReadOnlySpan<JsValue> arguments, JsFunction target)
    {
        var made = evaluator.Construct(_parent!, arguments, target).AsReference!;
        Initialize(evaluator, made);
        return made;
    }

    private JsValue Derive(Evaluator evaluator, ReadOnlySpan<JsValue> arguments, JsFunction target)
    {
        if (Constructor is null) return ConstructParent(evaluator, arguments, target);
        var context = new CallContext { NewTarget = target };
        var result = Constructor.Run(evaluator, default, context, arguments);
        if (result.IsReference) return result;
        return context.Made ?? throw JsThrow.Reference("Must call super constructor in derived class before accessing 'this' or returning from derived constructor");
    }

    private void Initialize(Evaluator evaluator, JsReference made)
    {
        foreach (var (name, method) in _privateMethods) Privates.Add(evaluator, made, name, method);
        foreach (var (name, hidden, value) in _fields)
        {
            var first = value is null ? default : evaluator.Call(value, made, []);
            if (hidden is not null) Privates.Add(evaluator, made, hidden, first);
            else Properties.Define(evaluator, made, Coerce.ToName(evaluator, name), first);
        }
    }
}

/// <summary>Private members.</summary>
internal static class Privates
{
    public static void Add(Evaluator e, JsReference target, PrivateName name, JsValue value)
    {
        e.Allocate(64);
        var members = ObjectTraits.Of(target).Private ??= [];
        if (!members.TryAdd(name, value)) throw JsThrow.Type("Cannot initialize " + name.Text + " twice on the same object");
    }

    public static bool Has(JsValue target, PrivateName name) => target.AsReference?.Traits?.Private?.ContainsKey(name) == true;

    public static JsValue Get(Evaluator e, JsValue target, PrivateName name)
    {
        if (target.AsReference?.Traits?.Private is not { } members || !members.TryGetValue(name, out var value))
            throw JsThrow.Type($"Cannot read private member {name.Text} from an object whose class did not declare it");
        return value.AsReference is JsAccessor accessor ? accessor.Read(e, target) : value;
    }

    public static void Set(Evaluator e, JsValue target, PrivateName name, JsValue value)
    {
        if (target.AsReference?.Traits?.Private is not { } members || !members.TryGetValue(name, out var before))
            throw JsThrow.Type($"Cannot write private member {name.Text} to an object whose class did not declare it");
        if (before.AsReference is not JsAccessor accessor) members[name] = value;
        else e.Call(accessor.Setter ?? throw JsThrow.Type($"'{name.Text}' was defined without a setter"), target, [value]);
    }
}
