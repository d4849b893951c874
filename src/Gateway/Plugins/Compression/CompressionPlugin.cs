using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Compression;

/// <summary>Compresses responses for clients that take it.</summary>
internal sealed class CompressionPlugin(CompressionConfig config) : Plugin
{
    private readonly CompressibleTypes types = new(config.Types);

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<CompressionPlugin, CompressionConfig>((c, _) => new CompressionPlugin(c))
    {
        Name = "compression",
        Summary = "Compresses responses with gzip or Brotli.",
    };

    public override void Respond(Exchange exchange)
    {
        var response = exchange.Response;
        var headers = response.Headers;
        if (!HasBody(response.StatusCode) || headers.ContentEncoding.Count > 0 || headers.ContentRange.Count > 0) return;
        if (!types.Contains(headers.ContentType.ToString()) || ForbidsTransforming(headers.CacheControl) || ForbidsTransforming(exchange.Request.Headers.CacheControl)) return;

        // Also where this client takes none: a cache must know that others may get something else.
        AddVary(headers);
        if (HttpMethods.IsHead(exchange.Request.Method) || exchange.StreamTransform is not null) return;
        if (config.SkipWithCredentials && (exchange.Request.Headers.Cookie.Count > 0 || exchange.Request.Headers.Authorization.Count > 0)) return;
        if (AcceptedEncoding.Choose(config.Algorithms, exchange.Request.Headers.AcceptEncoding) is { } encoding)
            exchange.FilterResponseBody(new CompressingBody(exchange, config, encoding));
    }

    private static bool HasBody(int status) => status is >= 200 and not (204 or 205 or 206 or 304);

    private static bool ForbidsTransforming(StringValues cacheControl)
    {
        foreach (var line in cacheControl)
            foreach (var range in line.AsSpan().Split(','))
                if (line.AsSpan()[range].Trim().Equals("no-transform", StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static void AddVary(IHeaderDictionary headers)
    {
        foreach (var line in headers.Vary)
            foreach (var range in line.AsSpan().Split(','))
                if (line.AsSpan()[range].Trim() is "*" || line.AsSpan()[range].Trim().Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)) return;
        headers.Append("Vary", "Accept-Encoding");
    }
}
