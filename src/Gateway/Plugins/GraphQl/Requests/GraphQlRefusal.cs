using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.GraphQl.Requests;

/// <summary>Why a request is not let through.</summary>
/// <param name="Reason">For metrics: one of <see cref="Reasons"/>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">For programs, as <c>extensions.code</c>; Apollo's where it has one.</param>
/// <param name="Message">For people.</param>
internal sealed record GraphQlRefusal(string Reason, int Status, string Code, string Message)
{
    public static readonly string[] Reasons =
    [
        "request", "syntax", "operation", "method", "depth", "complexity", "cost", "aliases", "root_fields", "directives", "fragments", "introspection", "type", "batch", "persisted", "rate",
    ];

    public static readonly GraphQlRefusal BatchRefused = new("batch", 400, "BAD_REQUEST", "Operation batching is not allowed.");
    public static readonly GraphQlRefusal MutationByGet = new("method", 405, "BAD_REQUEST", "Only query operations may be sent with GET.") { Headers = [new("Allow", "POST")] };
    public static readonly GraphQlRefusal MethodNotAllowed = new("method", 405, "BAD_REQUEST", "GraphQL is spoken with GET and POST only.") { Headers = [new("Allow", "GET, POST")] };
    public static readonly GraphQlRefusal GetNotAllowed = new("method", 405, "BAD_REQUEST", "GraphQL is spoken with POST only here.") { Headers = [new("Allow", "POST")] };
    public static readonly GraphQlRefusal MediaType = new("request", 415, "BAD_REQUEST", "The Content-Type must be application/json in UTF-8.");
    public static readonly GraphQlRefusal TooLarge = new("request", 413, "BAD_REQUEST", "The request is too large.");
    public static readonly GraphQlRefusal PersistedNotFound = new("persisted", 200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    {
        Headers = [new("Cache-Control", "private, no-cache, must-revalidate")],
    };

    public static readonly GraphQlRefusal PersistedNotSupported = new("persisted", 200, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
    public static readonly GraphQlRefusal NotRegistered = new("persisted", 403, "PERSISTED_QUERY_NOT_IN_LIST", "Only registered operations are allowed.");
    public static readonly GraphQlRefusal Introspection = new("introspection", 403, "INTROSPECTION_DISABLED", "Introspection is not allowed.");

    /// <summary>Where in the document; 0 for nowhere.</summary>
    public int Line { get; init; }

    public int Column { get; init; }

    public KeyValuePair<string, StringValues>[] Headers { get; init; } = [];

    public static GraphQlRefusal BadRequest(string message) => new("request", 400, "BAD_REQUEST", message);

    public static GraphQlRefusal Of(GraphQlProblem problem, string reason, string code) => new(reason, 400, code, problem.Message) { Line = problem.Line, Column = problem.Column };

    /// <summary>In the form of GraphQL's errors, under the media type that the client takes.</summary>
    /// <param name="exchange">Whose client.</param>
    /// <param name="alwaysOk">Clients that take application/json only get the status 200, as GraphQL over HTTP wants it.</param>
    public Answer AnswerFor(Exchange exchange, bool alwaysOk)
    {
        var own = exchange.Request.Headers.Accept.ToString().Contains(GraphQlJson.ResponseType, StringComparison.OrdinalIgnoreCase);
        return new Answer
        {
            Status = !own && alwaysOk && Status is 400 or 403 && Reason is not "request" ? 200 : Status,
            ContentType = (own ? GraphQlJson.ResponseType : "application/json") + "; charset=utf-8",
            Body = Write(),
            Headers = Headers,
        };
    }

    private byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, GraphQlJson.Writer))
        {
            json.WriteStartObject();
            json.WriteStartArray("errors");
            json.WriteStartObject();
            json.WriteString("message", Message);
            if (Line > 0)
            {
                json.WriteStartArray("locations");
                json.WriteStartObject();
                json.WriteNumber("line", Line);
                json.WriteNumber("column", Column);
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteStartObject("extensions");
            json.WriteString("code", Code);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
