using System.Globalization;
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

    /// <summary>The type that the client likes best. As in Kong, one that there is no body of counts as JSON, and the first of equals wins.</summary>
    private static string Negotiate(string? accept, bool textFirst)
    {
        if (accept is null) return textFirst ? Plain : Json;
        var best = (Type: Json, Quality: 0.0);
        foreach (var range in accept.AsSpan().Split(','))
        {
            var item = accept.AsSpan()[range].Trim();
            var semicolon = item.IndexOf(';');
            var media = (semicolon < 0 ? item : item[..semicolon]).Trim();
            if (!media.Contains('/')) continue;
            var quality = semicolon < 0 ? 1 : QualityOf(item[(semicolon + 1)..]);
            if (quality > best.Quality) best = (TypeFor(media), quality);
        }

        return best.Type;
    }

    private static string TypeFor(ReadOnlySpan<char> media)
    {
        if (Is(media, "text/html")) return Html;
        if (Is(media, "application/xml")) return Xml;
        if (Is(media, "text/plain") || Is(media, "text/*")) return Plain;
        return Json;

        static bool Is(ReadOnlySpan<char> a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>From 0 to 1; 1 for what is no such number (RFC 9110, 12.4.2).</summary>
    private static double QualityOf(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
                return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q) && q <= 1 ? q : 1;
        }

        return 1;
    }
}
