using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>One member of a class, compiled.</summary>
/// <param name="Key">The name; null for a static block.</param>
/// <param name="Private">The name of a private member.</param>
internal readonly record struct MemberPart(Parsing.ClassMemberKind Kind, ExpressionNode? Key, PrivateName? Private, FunctionCode? Code, bool IsStatic);

/// <summary><c>class</c>.</summary>
/// <param name="slot">Where its members find it.</param>
/// <param name="nameSlot">Where its members find it by its name; -1 when it has none.</param>
internal sealed class ClassNode(string name, ExpressionNode? parent, int slot, int nameSlot, MemberPart[] parts) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        evaluator.Allocate(256 + parts.Length * 128);
        var extended = parent?.Evaluate(frame) ?? default;
        if (parent is not null && !extended.IsNull && extended.AsReference is not JsFunction) throw JsThrow.Type($"Class extends value {Coerce.ToText(evaluator, extended)} is not a constructor or null");
        var made = evaluator.Own(new ClassFunction(evaluator, name, extended.AsReference as JsFunction, extended.IsNull));
        frame.Slots[slot] = made;
        if (nameSlot >= 0) frame.Slots[nameSlot] = made;
        var later = new List<(MemberPart Part, JsValue Key)>();
        foreach (var part in parts)
        {
            var key = part.Key is null ? default : part.Key.Evaluate(frame);
            if (part.Kind is Parsing.ClassMemberKind.StaticBlock || (part.IsStatic && part.Kind is Parsing.ClassMemberKind.Field)) later.Add((part, key));
            else Add(evaluator, made, part, key, part.Code is null ? null : evaluator.Own(new Closure(part.Code, frame)));
        }

        foreach (var (part, key) in later)
        {
            var first = part.Code is null ? default : evaluator.Call(evaluator.Own(new Closure(part.Code, frame)), made, []);
            if (part.Private is not null) Privates.Add(evaluator, made, part.Private, first);
            else if (part.Kind != Parsing.ClassMemberKind.StaticBlock) Properties.Define(evaluator, made, Coerce.ToName(evaluator, key), first);
        }

        return made;
    }

    private static void Add(Evaluator evaluator, ClassFunction made, MemberPart part, JsValue key, Closure? code)
    {
        if (part.Kind == Parsing.ClassMemberKind.Constructor)
        {
            made.Constructor = code;
            return;
        }

        if (part.Kind == Parsing.ClassMemberKind.Field)
        {
            made.AddField(key, part.Private, code);
            return;
        }

        JsValue value = part.Kind switch
        {
            Parsing.ClassMemberKind.Getter => new JsAccessor(code, null),
            Parsing.ClassMemberKind.Setter => new JsAccessor(null, code),
            _ => code!,
        };
        if (part.Private is not null)
        {
            if (part.IsStatic) AddStatic(evaluator, made, part.Private, value);
            else made.AddPrivateMethod(part.Private, value);
            return;
        }

        var name = Coerce.ToName(evaluator, key);
        JsReference holder = part.IsStatic ? made : made.PrototypeObject!;
        if (value.AsReference is JsAccessor accessor) value = accessor.Over(holder.Traits?.Hidden?[name] ?? default);
        ObjectTraits.Hide(evaluator, holder, name, value);
    }

    private static void AddStatic(Evaluator evaluator, ClassFunction made, PrivateName name, JsValue value)
    {
        if (value.AsReference is JsAccessor accessor && made.Traits?.Private?.Remove(name, out var before) == true) value = accessor.Over(before);
        Privates.Add(evaluator, made, name, value);
    }
}

/// <summary><c>super(...)</c>.</summary>
/// <param name="owner">The class whose constructor it stands in.</param>
internal sealed class SuperCallNode(ExpressionNode owner, ArgumentList arguments) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var context = frame.Context;
        if (context?.NewTarget is not { } target || owner.Evaluate(frame).AsReference is not ClassFunction { Parent: not null } made) throw JsThrow.Syntax("'super' keyword unexpected here");
        if (context.Made is not null) throw JsThrow.Reference("Super constructor may only be called once");
        var given = arguments.ToArray(frame);
        if (context.Made is not null) throw JsThrow.Reference("Super constructor may only be called once");
        context.Made = Initialized(frame, made, context, given, target);
        return context.Made;
    }

    private static JsReference Initialized(Frame frame, ClassFunction made, CallContext context, JsArray given, JsFunction target) => made.ConstructParent(frame.Evaluator, given.Span, target);
}

/// <summary><c>super.name</c>: a member of the class that is extended, with this object.</summary>
internal sealed class SuperMemberNode(ExpressionNode owner, bool isStatic, ExpressionNode key, ExpressionNode self) : ExpressionNode
{
    public ExpressionNode Self => self;

    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var name = Coerce.ToName(evaluator, key.Evaluate(frame));
        var made = (ClassFunction)owner.Evaluate(frame).AsReference!;
        var holder = isStatic ? made : made.PrototypeObject!;
        var receiver = self.Evaluate(frame);
        if (holder.Traits?.Prototype is { } above)
        {
            if (above is JsObject own && own.TryGet(name, out var value)) return value.AsReference is JsAccessor accessor ? accessor.Read(evaluator, receiver) : value;
            if (above.Traits is { } traits && Inheritance.TryGet(evaluator, traits, name, receiver, out value)) return value;
            if (above is not JsObject && above.TryGetField(evaluator, name, out value)) return value;
        }

        return Library.Prototypes.For(receiver).TryGet(name, out var method) ? method : default;
    }
}

/// <summary><c>super.name = value</c>: a setter of the class that is extended, or a field of this object.</summary>
internal sealed class SuperTarget(ExpressionNode owner, bool isStatic, ExpressionNode key, ExpressionNode self) : Target
{
    public override void Assign(Frame frame, JsValue value)
    {
        var evaluator = frame.Evaluator;
        var name = Coerce.ToName(evaluator, key.Evaluate(frame));
        var made = (ClassFunction)owner.Evaluate(frame).AsReference!;
        var receiver = self.Evaluate(frame);
        var holder = isStatic ? made : made.PrototypeObject!;
        if (holder.Traits?.Prototype is { } above && Inheritance.Accessor(evaluator, above, name) is { Setter: { } setter }) evaluator.Call(setter, receiver, [value]);
        else Properties.Define(evaluator, receiver.AsReference!, name, value);
    }
}

/// <summary><c>super.name(...)</c>.</summary>
internal sealed class SuperMethodNode(SuperMemberNode member, ArgumentList arguments) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        if (member.Evaluate(frame).AsReference is not JsFunction function) throw JsThrow.Type("(intermediate value).super is not a function");
        return arguments.Call(frame, function, member.Self.Evaluate(frame));
    }
}

/// <summary><c>this</c> in the constructor of a class that extends another: it is there once <c>super()</c> has been called.</summary>
internal sealed class DerivedThisNode : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) =>
        frame.Context?.Made ?? throw JsThrow.Reference("Must call super constructor in derived class before accessing 'this' or returning from derived constructor");
}

internal sealed class NewTargetNode : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => frame.Context?.NewTarget ?? default(JsValue);
}
