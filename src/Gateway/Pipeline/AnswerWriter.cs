using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Pipeline;

/// <summary>Sends an answer that does not come from an upstream: head, response stages, body.</summary>
internal static class AnswerWriter
{
    public static ValueTask WriteAsync(Exchange exchange, Answer answer)
    {
        var response = exchange.Response;
        exchange.Source = answer.Source;
        exchange.Error = answer.Error;
        SetHead(exchange, answer);
        var headers = response.Headers;
        if (answer.CloseConnection || IsBodyHeldBack(exchange)) headers.Connection = "close";

        var body = answer.Body;
        if (answer.Error is { } error)
        {
            var format = exchange.Snapshot.Document.ErrorFormat;
            response.StatusCode = error.StatusIn(format);
            (var type, body) = ErrorBody.Write(error, format, AcceptOf(exchange.Request.Headers, error), exchange.RequestId);
            headers.ContentType = type;
        }

        exchange.RunRespond();
        if (answer.Stream is { } stream && !exchange.DropsResponseBody && MayHaveBody(response.StatusCode) && !HttpMethods.IsHead(exchange.Request.Method))
            return new ValueTask(stream(exchange));
        if (exchange.DropsResponseBody) body = default;
        else if (exchange.HasBodyRewrites) body = Rewritten(exchange, body);
        if (exchange.HasBodyCaptures && !exchange.DropsResponseBody)
            foreach (var capture in exchange.BodyCaptures)
                if (body.Length <= capture.MaxBytes)
                    capture.Completed(exchange, body);

        if (MayHaveBody(response.StatusCode))
        {
            response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(exchange.Request.Method) && body.Length > 0)
            {
                exchange.Timings.ResponseBytes = body.Length;
                Write(response.BodyWriter, body.Span);
            }
        }

        // Nothing is flushed here: head and body leave together when the HTTP layer ends the response.
        return default;
    }

    /// <summary>Puts status and header fields on the response.</summary>
    public static void SetHead(Exchange exchange, Answer answer)
    {
        exchange.Response.StatusCode = answer.Status;
        var headers = exchange.Response.Headers;
        if (answer.Headers is KeyValuePair<string, StringValues>[] prebuilt)
        {
            // No enumerator, for the answers that are sent most: cached ones.
            foreach (var (name, value) in prebuilt) headers[name] = value;
        }
        else
        {
            foreach (var (name, value) in answer.Headers) headers[name] = value;
        }

        if (answer is { Error: null, ContentType: { } type }) headers.ContentType = type;
    }

    /// <summary>The client waits to be told to send its body, and is not: whether what comes next is that body or another request, nobody can know.</summary>
    private static bool IsBodyHeldBack(Exchange exchange) => exchange.Request.Headers.Expect.Count > 0 && exchange.BufferedRequestBody is null;

    /// <summary>What the client would like to read. The head of a bad request is not believed; Kong's nginx falls back on the request's own type.</summary>
    private static string? AcceptOf(IHeaderDictionary headers, GatewayError error)
    {
        if (!error.TextFirst) return headers.Accept.Count > 0 ? headers.Accept.ToString() : null;
        if (error.StatusIn("kong") == StatusCodes.Status400BadRequest) return null;
        return headers.Accept.Count > 0 ? headers.Accept.ToString() : (string?)headers.ContentType;
    }

    internal static ReadOnlyMemory<byte> Rewritten(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        foreach (var rewrite in exchange.BodyRewrites)
            if (body.Length <= rewrite.MaxBytes)
                body = rewrite.Transform(exchange, body);
        return body;
    }

    /// <summary>As the framework's extension does, but always asks for room: Kestrel's writer may give none to a hint of 0.</summary>
    private static void Write(PipeWriter writer, ReadOnlySpan<byte> body)
    {
        while (body.Length > 0)
        {
            var room = writer.GetSpan(Math.Min(body.Length, 4096));
            var part = Math.Min(room.Length, body.Length);
            body[..part].CopyTo(room);
            writer.Advance(part);
            body = body[part..];
        }
    }

    private static bool MayHaveBody(int status) => status is >= 200 and not (204 or 205 or 304);
}
