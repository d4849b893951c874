using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Sluice.Foundation.Http;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>Writes requests for <see cref="PlainHttpClient"/>: those without TLS, proxy, long body or fields that change how a message is sent. All others are the framework's.</summary>
internal static class PlainRequests
{
    /// <summary>What servers take before they answer: nothing has to be read meanwhile.</summary>
    private const int MostBody = 64 * 1024;

    private static readonly SearchValues<char> Printable = SearchValues.Create([.. Enumerable.Range(' ', 95).Select(c => (char)c), '\t']);

    private static readonly SearchValues<char> InAuthority = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

    private static readonly HashSet<string> NotPlain = new(["Accept-Encoding", "Connection", "Expect", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"], StringComparer.OrdinalIgnoreCase);

    /// <returns>Null when it is not such a request.</returns>
    public static async ValueTask<PlainHttpRequest?> OfAsync(HttpRoute route, HttpRequestMessage message, int maximumAnswer, CancellationToken cancel)
    {
        var url = message.RequestUri!;
        if (route.Proxy is not null || url.Scheme is not "http" || message.Method == HttpMethod.Connect || message.Content?.Headers.ContentLength is > MostBody) return null;
        var body = message.Content is { } content ? await content.ReadAsByteArrayAsync(cancel) : [];
        var (authority, target) = (url.Authority, url.PathAndQuery);
        if (body.Length > MostBody || authority.AsSpan().ContainsAnyExcept(InAuthority) || target.AsSpan().ContainsAnyExceptInRange('!', '~')) return null;

        var bytes = new ArrayBufferWriter<byte>(512 + body.Length);
        Write(bytes, message.Method.Method, " ", target, " HTTP/1.1\r\n");
        if (message.Headers.Host is null) Write(bytes, "Host: ", authority, "\r\n");
        if (!TryWrite(bytes, message.Headers.NonValidated) || (message.Content is not null && !TryWrite(bytes, message.Content.Headers.NonValidated))) return null;
        Write(bytes, "Accept-Encoding: gzip, deflate, br\r\n");
        if (body.Length > 0 || message.Content is not null || message.Method.Method is not ("GET" or "HEAD" or "OPTIONS" or "DELETE" or "TRACE"))
            Write(bytes, "Content-Length: ", body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), "\r\n");
        Write(bytes, "\r\n");
        bytes.Write(body);
        return new PlainHttpRequest
        {
            Authority = authority,
            Host = url.DnsSafeHost,
            Port = url.Port,
            Bytes = bytes.WrittenMemory,
            IsHead = message.Method == HttpMethod.Head,
            MayRepeat = message.Method.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE",
            MaximumAnswer = maximumAnswer,
        };
    }

    private static bool TryWrite(ArrayBufferWriter<byte> bytes, HttpHeadersNonValidated fields)
    {
        foreach (var (name, values) in fields)
        {
            if (NotPlain.Contains(name)) return false;
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var value in values)
            {
                if (value.AsSpan().ContainsAnyExcept(Printable)) return false;
                Write(bytes, name, ": ", value, "\r\n");
            }
        }

        return true;
    }

    private static void Write(ArrayBufferWriter<byte> bytes, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts) bytes.Advance(Encoding.ASCII.GetBytes(text, bytes.GetSpan(text.Length)));
    }
}
