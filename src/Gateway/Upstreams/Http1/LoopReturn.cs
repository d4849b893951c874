using System.Runtime.CompilerServices;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Await it to be on a connection's loop again after waiting for the client, whose side may go on elsewhere (HTTP/2 streams do).
/// Without a loop, or on it already, it completes at once.
/// </summary>
internal readonly struct LoopReturn(EventLoop? loop) : ICriticalNotifyCompletion
{
    public bool IsCompleted => loop is null || ReferenceEquals(EventLoop.Current, loop);

    public LoopReturn GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => loop!.SwitchTo().OnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => loop!.SwitchTo().UnsafeOnCompleted(continuation);
}
