using Sluice.Workflows.Data;
using System.Runtime.CompilerServices;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>How a function that was suspended goes on.</summary>
internal enum Resumption
{
    Next,
    Throw,
    Return,
}

/// <summary>
/// One running function that can be suspended. Its statements run as methods that the C# compiler has cut into states; everything happens on the thread of
/// the script, one step when somebody asks for it.
/// </summary>
internal sealed class Coroutine(Evaluator evaluator) : INotifyCompletion
{
    private Action? _continuation;
    private Resumption _resumption;
    private JsThrow? _thrown;
    private JsValue _sent;
    private Exception? _fatal;
    private int _position;

    /// <summary>Whether it has returned or failed.</summary>
    public bool HasEnded { get; private set; }

    public bool IsRunning { get; private set; }

    /// <summary>What it yielded last, or returned.</summary>
    public JsValue Value { get; set; }

    /// <summary>Why it ended; null when it returned.</summary>
    public JsThrow? Failure { get; private set; }

    /// <summary>What is done when it ends.</summary>
    public Action? Ended { get; set; }

    /// <summary>What is done when it yields, in a generator that is also async.</summary>
    public Action? Yielded { get; set; }

    /// <summary>Never, so that whoever waits is suspended.</summary>
    public bool IsCompleted => false;

    /// <summary>Runs a function until it is suspended or ends.</summary>
    public void Start(FunctionCode code, Frame frame)
    {
        evaluator.Allocate(512);
        IsRunning = true;
        _ = Drive(code, frame);
        Stopped();
    }

    /// <summary>Goes on until it is suspended again or ends.</summary>
    public void Resume(Resumption resumption, JsValue value, JsThrow? thrown = null)
    {
        if (IsRunning) throw JsThrow.Type("Generator is already running");
        var (depth, continuation) = (evaluator.Depth, _continuation!);
        evaluator.Step(8);
        evaluator.Enter();
        (_resumption, _sent, _thrown, _continuation) = (resumption, value, thrown, null);
        evaluator.Position = _position;
        IsRunning = true;
        continuation();
        Stopped();
        evaluator.Depth = depth;
    }

    /// <summary>Ends it before it has begun.</summary>
    public void Cancel() => HasEnded = true;

    /// <summary>What to wait for to be suspended.</summary>
    public Coroutine GetAwaiter()
    {
        evaluator.Allocate(128);
        return this;
    }

    public void OnCompleted(Action continuation)
    {
        _continuation = continuation;
        _position = evaluator.Position;
        IsRunning = false;
    }

    /// <summary>What was sent when it went on.</summary>
    public JsValue GetResult() => _resumption switch
    {
        Resumption.Next => _sent,
        Resumption.Throw => throw _thrown ?? new JsThrow(_sent),
        _ => throw new GeneratorReturn(_sent),
    };

    private async Task Drive(FunctionCode code, Frame frame)
    {
        try
        {
            Value = await code.ExecuteAsync(frame);
        }
        catch (GeneratorReturn returned)
        {
            Value = returned.Value;
        }
        catch (Exception e) when (JsThrow.Of(evaluator, e) is not null)
        {
            Failure = JsThrow.Of(evaluator, e)!.From(evaluator);
        }
        catch (Exception e)
        {
            _fatal = e;
        }

        (HasEnded, IsRunning) = (true, false);
    }

    /// <summary>What no code can catch ends whoever let it go on.</summary>
    private void Stopped()
    {
        if (_fatal is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fatal);
        if (!HasEnded || Ended is not { } ended) return;
        Ended = null;
        ended();
    }
}

/// <summary>Ends a generator that is told to return: only <c>finally</c> sees it.</summary>
internal sealed class GeneratorReturn(JsValue value) : Exception
{
    public JsValue Value => value;
}
