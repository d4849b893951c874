using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Upstreams;

/// <summary>
/// One of two tries of the same exchange that run at once. The first whose answer is good goes on and cuts the other off. An answer that speaks of
/// a failure (5xx) gives way while the other is still under way. Safe from any thread.
/// </summary>
internal sealed class RacingTry(Endpoint endpoint, object gate)
{
    private readonly TaskCompletionSource cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Http1Connection? connection;
    private RacingTry? other;
    private bool isOver;

    /// <summary>Where it goes.</summary>
    public Endpoint Endpoint => endpoint;

    /// <summary>Another try has won.</summary>
    public bool IsCut => cut.Task.IsCompleted;

    /// <summary>Its answer is passed on.</summary>
    public bool HasWon { get; private set; }

    /// <summary>Has the two know of each other; false when the first is decided already, so that a second is of no use.</summary>
    public bool TryPair(RacingTry second)
    {
        lock (gate)
        {
            if (HasWon || isOver) return false;
            other = second;
            second.other = this;
            return true;
        }
    }

    /// <summary>The try has this connection now.</summary>
    public void Attach(Http1Connection opened)
    {
        lock (gate)
        {
            connection = opened;
            if (IsCut) opened.Abort();
        }
    }

    /// <summary>The head of an answer has come: whether it may be passed on. When so, the other try is cut off.</summary>
    public bool Claim(int status)
    {
        lock (gate)
        {
            if (IsCut) return false;
            if (status >= 500 && other is { isOver: false })
            {
                // At once, so that the other one's failure does not give way to this one.
                isOver = true;
                return false;
            }

            HasWon = true;
            other?.Cut();
            return true;
        }
    }

    /// <summary>The try has ended, one way or another: it no longer stands in the way of the other one's failure.</summary>
    public void End()
    {
        lock (gate)
        {
            isOver = true;
            connection = null;
        }
    }

    /// <summary>A connection that is being opened, unless the try is cut off first; then it is closed when it comes.</summary>
    public async ValueTask<OpenResult> OrCutAsync(ValueTask<OpenResult> opening)
    {
        if (opening.IsCompleted) return await opening;
        var opened = opening.AsTask();
        if (await Task.WhenAny(opened, cut.Task) == opened) return await opened;
        _ = CloseAsync(opened);
        return new OpenResult { Result = Lost(status: 0) };
    }

    /// <summary>How a try ends that another one was faster than, or that gave way to it with an answer of <paramref name="status"/>.</summary>
    public static TryResult Lost(int status) =>
        new() { Outcome = status == 0 ? TryOutcome.Abandoned : TryOutcome.Answered, Status = status, Failure = UpstreamErrors.InvalidResponse };

    private static async Task CloseAsync(Task<OpenResult> opening)
    {
        var opened = await opening.ConfigureAwait(false);
        opened.Connection?.Dispose();
    }

    private void Cut()
    {
        cut.TrySetResult();
        connection?.Abort();
    }
}
