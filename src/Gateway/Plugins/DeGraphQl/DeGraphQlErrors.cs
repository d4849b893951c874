using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.DeGraphQl;

/// <summary>What degraphql answers.</summary>
internal static class DeGraphQlErrors
{
    public static readonly GatewayError NotFound = new(404, "NO_GRAPHQL_ROUTE", "Not Found", Fault.Client);

    public static readonly GatewayError BadPath = new(400, "BAD_PATH", "bad path", Fault.Client);

    public static readonly GatewayError BadBody = new(400, "BAD_BODY", "the body must be a JSON object", Fault.Client);

    public static readonly GatewayError TooLarge = new(413, "REQUEST_TOO_LARGE", "the body is too large", Fault.Client);

    public static Answer BadVariable(string problem) => new GatewayError(400, "BAD_VARIABLE", problem, Fault.Client).Answer;

    public static Answer MethodNotAllowed(IReadOnlyList<string> methods) =>
        Answer.From(new GatewayError(405, "METHOD_NOT_ALLOWED", "Method Not Allowed", Fault.Client), new KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>("Allow", string.Join(", ", methods)));
}
