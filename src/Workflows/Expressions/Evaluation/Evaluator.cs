using System.Runtime.CompilerServices;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>One evaluation: its scope, its budgets, and which data is its own.</summary>
internal sealed class Evaluator(Scope scope)
{
    private static long s_lastId;

    private int _steps;
    private long _bytes;
    private int _depthLimit;
    private bool _copies;

    public Scope Scope { get; } = scope;

    /// <summary>Marks the data that this evaluation made, which it alone may change.</summary>
    public long Id { get; private set; }

    /// <summary>How many calls are under way.</summary>
    public int Depth { get; set; }

    /// <summary>What the function that is returning returns.</summary>
    public JsValue Returned { get; set; }

    /// <summary>The label that the <c>break</c> or <c>continue</c> under way names; null for none.</summary>
    public string? Label { get; set; }

    /// <summary>What a script has assigned without declaring it; null for nothing.</summary>
    public JsObject? Globals { get; set; }

    /// <summary>Whether the script begins with <c>'use strict'</c>.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>The symbols that the script has named with <c>Symbol.for</c>.</summary>
    public Dictionary<string, JsSymbol>? Symbols { get; set; }

    /// <summary>The text of the script; null outside of scripts.</summary>
    public string? Source { get; private set; }

    /// <summary>What is to be done later; null outside of scripts, which alone can wait.</summary>
    public JobQueue? Jobs { get; private set; }

    /// <summary>Where the statement of a script begins that was executed last.</summary>
    public int Position { get; set; }

    /// <summary>The time of this evaluation: every <c>$now</c> of an expression is the same. Scripts may take their time, and see it pass.</summary>
    public double Now => Jobs is not null ? Scope.Clock.GetUtcNow().ToUnixTimeMilliseconds() : field == 0 ? field = Scope.Clock.GetUtcNow().ToUnixTimeMilliseconds() : field;

    /// <summary>Evaluates an expression from its start.</summary>
    public JsValue Run(ExpressionNode root, int frameSize, bool copies)
    {
        var limits = Begin(copies);
        try
        {
            if (root is MixedTextNode) return root.Evaluate(new Frame(this, null, frameSize));
            var result = Finish(RunPart(root, frameSize));
            // What stands in it several times took its budget once.
            if (JsonFitness.ProblemOfMade(result, Id, limits.Bytes * 4) is { } problem) throw new ExpressionError($"what the expression gives cannot be used: {problem}", ExpressionErrorKind.LimitExceeded);
            return result;
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw new ExpressionError($"a regular expression took longer than {limits.RegexTime.TotalMilliseconds} ms", ExpressionErrorKind.LimitExceeded);
        }
        catch (Exception e) when (e is InsufficientExecutionStackException or OutOfMemoryException)
        {
            throw new ExpressionError("the expression needs more memory than it may have", ExpressionErrorKind.LimitExceeded);
        }
    }

    /// <summary>Runs a script: calls the function that it is, and waits for what that gives.</summary>
    public JsValue RunScript(ExpressionNode function, int frameSize, string source, JsValue self)
    {
        // A script has its data to itself: what it changes, it changes.
        Begin(copies: false);
        (Jobs, Source) = (new JobQueue(), source);
        IsStrict = source.AsSpan().TrimStart() is ['\'' or '"', ..] start && start[1..].StartsWith("use strict");
        // What is suspended goes on here, on this thread, and nowhere else.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var result = Jobs.Await(this, Call((JsFunction)function.Evaluate(new Frame(this, null, frameSize, self)).AsReference!, self, []));
            Jobs.End(this);
            return ScriptResult.Plain(this, Finish(result), 0);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>What the function that has returned returned.</summary>
    public JsValue TakeReturned()
    {
        var returned = Returned;
        Returned = default;
        return returned;
    }

    private ExpressionLimits Begin(bool copies)
    {
        var limits = Scope.Limits;
        _steps = limits.Steps;
        _bytes = limits.Bytes;
        _depthLimit = limits.Depth;
        _copies = copies;
        Depth = 0;
        Id = Interlocked.Increment(ref s_lastId);
        return limits;
    }

    /// <summary>Evaluates one code of a parameter; what it throws makes it undefined, unless the scope is strict.</summary>
    public JsValue RunPart(ExpressionNode root, int frameSize)
    {
        try
        {
            return root.Evaluate(new Frame(this, null, frameSize));
        }
        catch (JsThrow thrown)
        {
            if (Scope.Strict) throw new ExpressionError(thrown.Message, ExpressionErrorKind.Thrown);
            Depth = 0;
            return default;
        }
    }

    /// <summary>Takes steps from the budget.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(int count = 1)
    {
        if ((_steps -= count) < 0) throw TooManySteps();
    }

    /// <summary>Takes steps for looking at characters.</summary>
    public void StepText(int length) => Step(1 + length / 16);

    /// <summary>Takes bytes from the budget before they are used.</summary>
    public void Allocate(long bytes)
    {
        if ((_bytes -= bytes) < 0) throw new ExpressionError($"the expression makes more than {Scope.Limits.Bytes / (1 << 20)} MiB of data", ExpressionErrorKind.LimitExceeded);
    }

    /// <summary>Takes the bytes of a string from the budget, and the steps of writing it.</summary>
    public void AllocateText(long length)
    {
        Allocate(length * 2 + 24);
        Step((int)Math.Min(1 + length / 64, int.MaxValue / 2));
    }

    public JsArray NewArray(int capacity = 0)
    {
        Allocate(64 + capacity * 16L);
        return new JsArray(capacity) { Owner = Id };
    }

    /// <summary>An array of the given elements.</summary>
    public JsArray NewArray(ReadOnlySpan<JsValue> elements)
    {
        Allocate(64 + elements.Length * 16L);
        Step(1 + elements.Length / 8);
        return new JsArray(elements) { Owner = Id };
    }

    public JsArray NewArray(IEnumerable<string> elements)
    {
        var array = NewArray();
        foreach (var element in elements) Push(array, element);
        return array;
    }

    public JsObject NewObject(int capacity = 0)
    {
        Allocate(64 + capacity * 24L);
        return new JsObject(capacity) { Owner = Id };
    }

    public void Push(JsArray array, JsValue value)
    {
        Allocate(32);
        Step();
        array.Add(value);
    }

    public void Set(JsObject target, string name, JsValue value)
    {
        Allocate(56);
        Step();
        target.Set(name, value);
    }

    /// <summary>Marks data as made by this evaluation.</summary>
    public T Own<T>(T made)
        where T : JsReference
    {
        Allocate(64);
        made.Owner = Id;
        return made;
    }

    /// <summary>Fails unless the evaluation may change this in place.</summary>
    public void RequireOwn(JsReference target)
    {
        if (target.Traits?.Extensibility == Extensibility.Frozen) throw JsThrow.Type("Cannot change a frozen object");
        if (target.Owner != Id && Jobs is null) throw new ExpressionError("the expression may not change this data: it belongs to another node");
    }

    /// <summary>
    /// What an expression that changes data gets instead of data that is not its own: a copy, which takes the original's place in whatever of its own it was
    /// found in, so that the change is seen wherever this evaluation looks and nowhere else.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public JsValue Adopt(JsValue value) => _copies && value.AsReference is { } reference && reference.Owner != Id ? Copy(reference) : value;

    /// <summary>An element as code gets to see it.</summary>
    public JsValue Element(JsArray array, int index)
    {
        var value = array[index];
        if (!_copies || value.AsReference is not { } reference || reference.Owner == Id || array.Owner != Id) return value;
        return array[index] = Copy(reference);
    }

    /// <summary>The value of a field as code gets to see it.</summary>
    public JsValue Field(JsObject target, string name, JsValue value)
    {
        if (target.Traits is not null && value.AsReference is JsAccessor accessor) return accessor.Read(this, target);
        if (!_copies || value.AsReference is not { } reference || reference.Owner == Id || target.Owner != Id) return value;
        var copy = Copy(reference);
        target.Set(name, copy);
        return copy;
    }

    private readonly Dictionary<JsReference, JsReference> _adopted = new(ReferenceEqualityComparer.Instance);

    private JsValue Copy(JsReference original)
    {
        if (_adopted.TryGetValue(original, out var known) && known.Owner == Id) return known;
        JsReference copy;
        switch (original)
        {
            case JsObject source:
                Allocate(64 + source.Count * 24L);
                copy = source.Clone();
                break;
            case JsArray source:
                Allocate(64 + source.Count * 16L);
                copy = source.Clone();
                break;
            case JsDate date:
                copy = new JsDate(date.Milliseconds);
                break;
            default: return original;
        }

        Step(8);
        copy.Owner = Id;
        _adopted[original] = copy;
        return copy;
    }

    /// <summary>Calls a function.</summary>
    public JsValue Call(JsFunction function, JsValue self, ReadOnlySpan<JsValue> arguments)
    {
        Step();
        Enter();
        var result = function.Invoke(this, self, arguments);
        Depth--;
        return result;
    }

    /// <summary>Makes an object with a constructor.</summary>
    /// <param name="target">What <c>new</c> was said of.</param>
    public JsValue Construct(JsFunction function, ReadOnlySpan<JsValue> arguments, JsFunction target)
    {
        Step(4);
        Enter();
        var result = function.Construct(this, arguments, target);
        Depth--;
        return result;
    }

    /// <summary>Goes one call deeper.</summary>
    public void Enter()
    {
        if (++Depth > _depthLimit || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw TooDeep();
    }

    public JsValue Call(JsFunction function, JsValue first) => Call(function, default, [first]);

    public JsValue Call(JsFunction function, JsValue first, JsValue second) => Call(function, default, [first, second]);

    public JsValue Call(JsFunction function, JsValue first, JsValue second, JsValue third) => Call(function, default, [first, second, third]);

    /// <summary>An assignment that cannot be: only strict code hears of it.</summary>
    public void Refuse(string message)
    {
        if (IsStrict) throw JsThrow.Type(message);
    }

    /// <summary>Guards recursion over data inside of the library.</summary>
    public void Descend(int depth)
    {
        Step();
        if (depth > JsJson.MaximumDepth) throw new ExpressionError("the data is nested too deeply, or contains itself", ExpressionErrorKind.LimitExceeded);
    }

    /// <summary>Makes plain data of what was only meant to be looked at.</summary>
    private JsValue Finish(JsValue value)
    {
        if (_adopted.Count > 0) _adopted.Clear();
        return value.AsReference is JsView view ? view.Materialize() : value;
    }

    private ExpressionError TooManySteps() => new($"the expression takes more than {Scope.Limits.Steps} steps", ExpressionErrorKind.LimitExceeded);

    private ExpressionError TooDeep() => new($"the expression's functions call each other deeper than {_depthLimit} levels", ExpressionErrorKind.LimitExceeded);
}
