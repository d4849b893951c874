using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>Holds a request's <c>Digest</c> field against its body.</summary>
internal static class BodyDigest
{
    private const int MaxBody = 8 * 1024 * 1024;

    /// <summary>Up to here, hashing takes less time than going off the event loop and back.</summary>
    private const int Small = 32 * 1024;

    /// <summary>Whether the field is the body's. A request without a body needs none.</summary>
    public static async ValueTask<bool> IsGoodAsync(Exchange exchange)
    {
        var request = exchange.Request;
        var hasBody = request.ContentLength > 0
            || (request.ContentLength is null && exchange.Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true });
        if ((hasBody ? await exchange.ReadRequestBodyAsync(MaxBody) : []) is not { } body) return false;
        if (request.Headers["Digest"] is not { Count: > 0 } shown) return body.Length == 0;
        var hash = body.Length <= Small ? SHA256.HashData(body) : await Task.Run(() => SHA256.HashData(body));
        if (body.Length > Small && exchange.Loop is { } loop) await loop.SwitchTo();
        return string.Equals(shown[0], "SHA-256=" + Convert.ToBase64String(hash), StringComparison.Ordinal);
    }
}
