using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Pipeline;

public sealed partial class Exchange
{
    private List<ResponseBodyRewrite>? bodyRewrite;
    private List<ResponseBodyCapture>? bodyCapture;
    private byte[]? requestBody;

    /// <summary>Whether the request has a body, or may have one whose length nobody announced.</summary>
    internal bool HasRequestBody =>
        BufferedRequestBody is not null || Request.ContentLength > 0 || Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    /// <summary>What plugins asked to be done with the response body, in running order; empty for the common case of streaming it through.</summary>
    internal IReadOnlyList<ResponseBodyRewrite> BodyRewrites => bodyRewrite ?? (IReadOnlyList<ResponseBodyRewrite>)[];

    internal IReadOnlyList<ResponseBodyCapture> BodyCaptures => bodyCapture ?? (IReadOnlyList<ResponseBodyCapture>)[];

    internal bool HasBodyRewrites => bodyRewrite is not null;

    internal bool HasBodyCaptures => bodyCapture is not null;

    /// <summary>What is sent in place of the upstream's response; null to send that.</summary>
    internal Answer? InsteadOfUpstream { get; private set; }

    /// <summary>
    /// Sends <paramref name="answer"/> in place of what the upstream answered, whose body is not passed on. From <see cref="Plugin.UpstreamAnswered"/>.
    /// </summary>
    public void AnswerInstead(Answer answer) => InsteadOfUpstream = answer;

    /// <summary>The response goes out without its body.</summary>
    internal bool DropsResponseBody { get; private set; }

    /// <summary>The request body that goes upstream in place of the client's, once a plugin has read or replaced it; null while it streams.</summary>
    internal byte[]? BufferedRequestBody => requestBody;

    /// <summary>
    /// Has the whole response body read before it is sent, and replaced by what <paramref name="transform"/> returns. From <see cref="Plugin.Respond"/>.
    /// </summary>
    /// <param name="maxBytes">A body larger than this is passed on unchanged.</param>
    public void RewriteResponseBody(int maxBytes, Func<Exchange, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> transform) =>
        (bodyRewrite ??= []).Add(new ResponseBodyRewrite(maxBytes, transform));

    /// <summary>
    /// Keeps a copy of the response body while it streams through. From <see cref="Plugin.Respond"/>.
    /// </summary>
    /// <param name="maxBytes">A body larger than this is not kept.</param>
    /// <param name="completed">Called once the body is whole and before its last bytes are sent; not when it is too large or breaks off.</param>
    public void CaptureResponseBody(int maxBytes, Action<Exchange, ReadOnlyMemory<byte>> completed) =>
        (bodyCapture ??= []).Add(new ResponseBodyCapture(maxBytes, completed));

    /// <summary>The copy of the request body that a plugin asked for; null for none.</summary>
    internal RequestBodyCapture? RequestCapture { get; set; }

    /// <summary>Sends the response without its body: what the upstream sent is neither read nor changed nor kept. From <see cref="Plugin.Respond"/>.</summary>
    public void DropResponseBody() => DropsResponseBody = true;

    /// <summary>What is done with the body of a gRPC answer as it streams through; null to pass it on.</summary>
    internal ResponseStreamTransform? StreamTransform { get; private set; }

    /// <summary>
    /// Has the answer of a gRPC service changed as it streams through, its trailers included. From <see cref="Plugin.Respond"/>, which also takes
    /// out what the head says of the old body's length. Only for services whose protocol is grpc or grpcs.
    /// </summary>
    public void TransformResponseStream(ResponseStreamTransform transform) => StreamTransform = transform;

    /// <summary>What the body passes on its way out; null for nothing.</summary>
    internal ResponseBodyFilter? BodyFilter { get; private set; }

    /// <summary>
    /// Has the body of the response, whoever writes it and after all rewrites, pass <paramref name="filter"/>. From <see cref="Plugin.Respond"/>. One
    /// filter at most: false when there is one already.
    /// </summary>
    public bool FilterResponseBody(ResponseBodyFilter filter)
    {
        if (BodyFilter is not null) return false;
        BodyFilter = filter;
        filter.Enter(Http.Features);
        return true;
    }

    /// <summary>Another response is sent instead.</summary>
    internal void RemoveBodyFilter()
    {
        BodyFilter?.Leave(Http.Features);
        BodyFilter = null;
    }

    /// <summary>
    /// Reads the whole request body; later calls and the upstream get the same bytes.
    /// </summary>
    /// <param name="maxBytes">The most that may be read.</param>
    /// <returns>The body, or null when it is larger than <paramref name="maxBytes"/> (what was read is then still sent on).</returns>
    /// <exception cref="Microsoft.AspNetCore.Http.BadHttpRequestException">The client broke the body off or its framing is wrong.</exception>
    public ValueTask<byte[]?> ReadRequestBodyAsync(int maxBytes) =>
        requestBody is not null ? new(requestBody) : RequestBodyBuffer.ReadAsync(this, maxBytes);

    /// <summary>
    /// Passes an upstream's interim answer (1xx but 101) on, when the client speaks HTTP/1.1 and the response has not begun (RFC 9110, 15.2).
    /// </summary>
    /// <param name="head">The whole head, checked, with its empty line.</param>
    internal async ValueTask SendInterimAsync(ReadOnlyMemory<byte> head)
    {
        if (Rejections is null || Response.HasStarted || Request.Protocol != "HTTP/1.1") return;
        await Rejections.WriteAsync(head);
    }

    /// <summary>Sends <paramref name="body"/> upstream in place of the client's; the client's own is drained.</summary>
    public void ReplaceRequestBody(byte[] body) => requestBody = body;
}

/// <summary>A change to a whole response body.</summary>
internal sealed record ResponseBodyRewrite(int MaxBytes, Func<Exchange, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Transform);

/// <summary>A copy of a response body.</summary>
internal sealed record ResponseBodyCapture(int MaxBytes, Action<Exchange, ReadOnlyMemory<byte>> Completed);
