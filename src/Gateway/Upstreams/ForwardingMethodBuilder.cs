using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Sluice.Gateway.Upstreams;

/// <summary>
/// Builds async methods whose state is kept by each thread and used again: a request that waits for its upstream allocates nothing. The framework's
/// own pooling builder keeps one state per core, which is not enough where one loop has hundreds of requests waiting.
/// Put <c>[AsyncMethodBuilder(typeof(ForwardingMethodBuilder&lt;&gt;))]</c> on methods that return <see cref="ValueTask{TResult}"/>; as with any
/// value task, the result is awaited once.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct ForwardingMethodBuilder<TResult>
{
    private State? state;
    private Exception? exception;
    private TResult result;

    public readonly ValueTask<TResult> Task =>
        state is not null ? new(state, state.Version)
        : exception is not null ? ValueTask.FromException<TResult>(exception)
        : new(result);

    public static ForwardingMethodBuilder<TResult> Create() => default;

    /// <summary>Runs the first part of the method; what it changes of the execution context ends with it, as with the framework's builders.</summary>
    public readonly void Start<TStateMachine>(ref TStateMachine machine)
        where TStateMachine : IAsyncStateMachine
        => default(AsyncValueTaskMethodBuilder).Start(ref machine);

    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    public void SetResult(TResult value)
    {
        if (state is null) result = value;
        else state.Complete(value);
    }

    public void SetException(Exception e)
    {
        if (state is null) exception = e;
        else state.Fail(e);
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.OnCompleted(Suspend(ref machine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.UnsafeOnCompleted(Suspend(ref machine));

    private Action Suspend<TStateMachine>(ref TStateMachine machine)
        where TStateMachine : IAsyncStateMachine
    {
        if (state is not State<TStateMachine> own)
        {
            // The builder is a field of the machine: it must know its state before the machine is copied there.
            own = State<TStateMachine>.Rent();
            state = own;
            own.Keep(ref machine);
        }

        own.Context = ExecutionContext.Capture();
        return own.Resume;
    }

    private abstract class State : IValueTaskSource<TResult>
    {
        private ManualResetValueTaskSourceCore<TResult> completion;

        public short Version => completion.Version;

        public void Complete(TResult value) => completion.SetResult(value);

        public void Fail(Exception e) => completion.SetException(e);

        public TResult GetResult(short token)
        {
            try
            {
                return completion.GetResult(token);
            }
            finally
            {
                completion.Reset();
                Return();
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => completion.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? argument, short token, ValueTaskSourceOnCompletedFlags flags) =>
            completion.OnCompleted(continuation, argument, token, flags);

        protected abstract void Return();
    }

    private sealed class State<TStateMachine> : State
        where TStateMachine : IAsyncStateMachine
    {
        private const int MostPerThread = 1024;

        [ThreadStatic]
        private static State<TStateMachine>? free;

        [ThreadStatic]
        private static int freeCount;

        private State<TStateMachine>? next;
        private TStateMachine machine = default!;

        private State() => Resume = MoveNext;

        public Action Resume { get; }

        public ExecutionContext? Context { get; set; }

        public static State<TStateMachine> Rent()
        {
            if (free is not { } state) return new State<TStateMachine>();
            free = state.next;
            freeCount--;
            state.next = null;
            return state;
        }

        public void Keep(ref TStateMachine suspended) => machine = suspended;

        protected override void Return()
        {
            machine = default!;
            Context = null;
            if (freeCount >= MostPerThread) return;
            next = free;
            free = this;
            freeCount++;
        }

        private void MoveNext()
        {
            // The usual case is that nothing has changed the context, and then there is nothing to restore.
            if (Context is { } context && !ReferenceEquals(context, ExecutionContext.Capture()))
                ExecutionContext.Run(context, static self => Unsafe.As<State<TStateMachine>>(self!).Step(), this);
            else Step();
        }

        private void Step() => machine.MoveNext();
    }
}
