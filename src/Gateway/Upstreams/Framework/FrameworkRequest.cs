using System.Buffers;
using System.Net;
using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>Makes the framework's message of an exchange.</summary>
internal static class FrameworkRequest
{
    /// <param name="exchange">The request.</param>
    /// <param name="endpoint">Where it goes.</param>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="settings">The service's limits.</param>
    /// <param name="silence">Ends the exchange after a silence; put off while the request streams.</param>
    /// <param name="content">The body; null without one.</param>
    public static HttpRequestMessage Create(
        Exchange exchange, Endpoint endpoint, string scheme, ForwardingSettings settings, CancellationTokenSource silence, out StreamedContent? content)
    {
        var body = RequestBody.Of(exchange);
        content = body.Framing == BodyFraming.None ? null
            : new StreamedContent(exchange, body.Framing == BodyFraming.Length ? body.Length : null, () => silence.CancelAfter(TryLimits.Within(exchange, settings.ReadTimeout)));
        var host = exchange.Upstream.Host ?? endpoint.HostHeader;
        var writer = new RequestHeadWriter(ArrayPool<byte>.Shared.Rent(8 * 1024));
        writer.Write(exchange, host, BodyFraming.None, 0, handshake: null);
        var head = Encoding.Latin1.GetString(writer.Bytes, 0, writer.Length);
        ArrayPool<byte>.Shared.Return(writer.Bytes);
        return Parse(head, $"{scheme}://{endpoint.Address}", content);
    }

    /// <summary>The rules for fields are those of HTTP/1.1, whose writer is the one place that knows them: its head is read back field by field.</summary>
    private static HttpRequestMessage Parse(string head, string origin, HttpContent? content)
    {
        var lines = head.Split("\r\n");
        var requestLine = lines[0].Split(' ');
        var message = new HttpRequestMessage(
            new HttpMethod(requestLine[0]),
            new Uri(origin + requestLine[1], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':');
            if (colon < 0) break;
            var name = line[..colon];
            var value = line[(colon + 2)..];
            if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase)) continue;
            if (!message.Headers.TryAddWithoutValidation(name, value)) content?.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }
}
