using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Writes the body of an error in the document's format: Kong's <c>{"message", "request_id"}</c> with HTML, XML and plain text by Accept
/// (kong/tools/http.lua and kong/error_handlers.lua of 3.9), or the envelope with codes where <c>error_format: sluice</c> is set.
/// </summary>
internal static class ErrorBody
{
    private const string Json = "application/json; charset=utf-8";
    private const string Plain = "text/plain; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";
    private const string Xml = "application/xml; charset=utf-8";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="accept">The client's Accept; null when there is none or it could not be read.</param>
    public static (string ContentType, byte[] Body) Write(GatewayError error, string format, string? accept, string requestId)
    {
        if (format == "sluice")
        {
            var envelope = JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    success = false,
                    error = new { code = error.Code, message = error.Message, fault = error.Fault.ToString().ToLowerInvariant(), retry_safe = error.RetrySafe },
                    meta = new { request_id = requestId },
                },
                Relaxed);
            return (Json, envelope);
        }

        var type = Negotiate(accept, error.TextFirst);
        var text = type switch
        {
            Html => $"""
                <!doctype html>
                <html>
                  <head>
                    <meta charset="utf-8">
                    <title>Error</title>
                  </head>
                  <body>
                    <h1>Error</h1>
                    <p>{HtmlEncoder.Default.Encode(error.Message)}.</p>
                    <p>request_id: {requestId}</p>
                  </body>
                </html>

                """,
            Xml => $"""
                <?xml version="1.0" encoding="UTF-8"?>
                <error>
                  <message>{HtmlEncoder.Default.Encode(error.Message)}</message>
                  <requestid>{requestId}</requestid>
                </error>

                """,
            Plain => $"{error.Message}\nrequest_id: {requestId}\n",
            _ => $$"""
                {
                  "message":{{JsonSerializer.Serialize(error.Message, Relaxed)}},
                  "request_id":"{{requestId}}"
                }
                """,
        };
        return (type, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The best type of those offered, by Accept's q-values (RFC 9110, 12.5.1).</summary>
    private static string Negotiate(string? accept, bool textFirst)
    {
        var fallback = textFirst ? Plain : Json;
        if (string.IsNullOrEmpty(accept)) return fallback;
        var best = (Type: (string?)null, Quality: 0.0);
        foreach (var range in accept.AsSpan().Split(','))
        {
            var item = accept.AsSpan()[range].Trim();
            var semicolon = item.IndexOf(';');
            var media = (semicolon < 0 ? item : item[..semicolon]).Trim();
            var quality = semicolon < 0 ? 1 : QualityOf(item[(semicolon + 1)..]);
            var type = TypeFor(media);
            if (type is not null && quality > best.Quality) best = (type, quality);
        }

        return best.Type ?? Json;
    }

    private static string? TypeFor(ReadOnlySpan<char> media)
    {
        if (Is(media, "text/html")) return Html;
        if (Is(media, "application/xml")) return Xml;
        if (Is(media, "text/plain") || Is(media, "text/*")) return Plain;
        if (Is(media, "application/json") || Is(media, "application/*") || Is(media, "*/*")) return Json;
        return null;

        static bool Is(ReadOnlySpan<char> a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
    }

    private static double QualityOf(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
                return double.TryParse(parameter[2..], System.Globalization.CultureInfo.InvariantCulture, out var q) ? q : 0;
        }

        return 1;
    }
}
