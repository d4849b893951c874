using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>The variables of one running function, or of one turn of a loop whose body makes functions.</summary>
internal sealed class Frame(Evaluator evaluator, Frame? parent, int size, JsValue self = default, CallContext? context = null, Coroutine? coroutine = null)
{
    private static readonly JsValue[] None = [];

    public readonly Evaluator Evaluator = evaluator;

    /// <summary>The frame around it.</summary>
    public readonly Frame? Parent = parent;

    public readonly JsValue[] Slots = size == 0 ? None : new JsValue[size];

    /// <summary>What <c>this</c> means.</summary>
    public readonly JsValue Self = self;

    /// <summary>What a constructor knows of its call; null for most functions.</summary>
    public readonly CallContext? Context = context;

    /// <summary>What can be suspended of the running function; null when nothing can.</summary>
    public readonly Coroutine? Coroutine = coroutine;

    /// <summary>A frame of the same function within this one.</summary>
    public Frame Turn(int size) => new(Evaluator, this, size, Self, Context, Coroutine);
}

/// <summary>What the constructor of a class knows of its call, and the arrow functions inside of it.</summary>
internal sealed class CallContext
{
    /// <summary>What <c>new</c> was said of; null without <c>new</c>.</summary>
    public JsFunction? NewTarget { get; init; }

    /// <summary>The new object of a class that extends another; null before <c>super()</c> has made it.</summary>
    public JsReference? Made { get; set; }
}
