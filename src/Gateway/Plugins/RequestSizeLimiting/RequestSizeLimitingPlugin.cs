using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestSizeLimiting;

/// <summary>Refuses bodies over a size: by their Content-Length, and chunked ones by what arrives.</summary>
internal sealed class RequestSizeLimitingPlugin(RequestSizeLimitingConfig config) : Plugin
{
    /// <summary>Chunked bodies up to such a limit are read before anything is sent upstream, so that one over it reaches no upstream at all.</summary>
    private const int ReadAhead = 64 * 1024;

    /// <summary>Whether the body still comes is up to the client, so that what follows on the connection cannot be told apart.</summary>
    private static readonly Answer RefusalToAsked = new()
    {
        Status = RequestSizeLimitingErrors.TooLargeExpected.Status,
        Error = RequestSizeLimitingErrors.TooLargeExpected,
        CloseConnection = true,
    };

    private readonly long allowed = config.AllowedBytes;

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<RequestSizeLimitingPlugin, RequestSizeLimitingConfig>((c, _) => new RequestSizeLimitingPlugin(c))
        {
            Name = "request-size-limiting",
            Summary = "Limits how large a request's body may be.",
        };

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        var request = exchange.Request;
        if (request.ContentLength is { } length)
        {
            if (length <= allowed) return Verdict.Continue;
            var asked = string.Equals(request.Headers.Expect.ToString().Trim(), "100-continue", StringComparison.OrdinalIgnoreCase);
            return Verdict.Stop(asked ? RefusalToAsked : RequestSizeLimitingErrors.TooLarge.Answer);
        }

        if (exchange.BufferedRequestBody is { } body) return body.Length <= allowed ? Verdict.Continue : Verdict.Stop(RequestSizeLimitingErrors.TooLarge.Answer);
        if (exchange.Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
            return config.RequireContentLength ? Verdict.Stop(RequestSizeLimitingErrors.LengthRequired.Answer) : Verdict.Continue;

        // The HTTP layer counts what arrives and breaks off with 413 where a longer body streams.
        if (exchange.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit
            && (limit.MaxRequestBodySize is not { } other || other > allowed))
            limit.MaxRequestBodySize = allowed;
        return allowed <= ReadAhead && !IsGrpc(exchange) ? ReadAheadAsync(exchange) : Verdict.Continue;
    }

    private static bool IsGrpc(Exchange exchange) =>
        exchange.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    private async ValueTask<Verdict> ReadAheadAsync(Exchange exchange)
    {
        try
        {
            return await exchange.ReadRequestBodyAsync((int)allowed) is null ? RequestSizeLimitingErrors.TooLarge.Answer : default(Verdict);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e) when (e.StatusCode == 413)
        {
            return RequestSizeLimitingErrors.TooLarge.Answer;
        }
    }
}
