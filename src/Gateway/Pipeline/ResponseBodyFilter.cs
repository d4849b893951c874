using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Stands between whoever writes a response body (the upstream's relay, an answer, a stream) and the HTTP layer, and may change its bytes on the way
/// and, until the head is sent, the head. See <see cref="Exchange.FilterResponseBody"/>. One serves one response.
/// </summary>
public abstract class ResponseBodyFilter : PipeWriter, IHttpResponseBodyFeature
{
    private Stream? stream;

    /// <summary>The HTTP layer's.</summary>
    protected IHttpResponseBodyFeature Inner { get; private set; } = null!;

    public Stream Stream => stream ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    /// <summary>The head is about to be sent.</summary>
    public abstract Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>All of the body has been written: sends what is left of it. Not when the response broke off.</summary>
    public abstract ValueTask EndAsync();

    public async Task CompleteAsync()
    {
        await EndAsync();
        await Inner.CompleteAsync();
    }

    public void DisableBuffering() => Inner.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public override void Complete(Exception? exception = null)
    {
    }

    public override void CancelPendingFlush() => Inner.Writer.CancelPendingFlush();

    internal void Enter(IFeatureCollection features)
    {
        Inner = features.Get<IHttpResponseBodyFeature>()!;
        features.Set<IHttpResponseBodyFeature>(this);
    }

    internal void Leave(IFeatureCollection features) => features.Set(Inner);
}
