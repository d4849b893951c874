using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>The parameters of a request: those of its body, or else of its query.</summary>
internal sealed class OAuth2Parameters
{
    private const int MaxBody = 1024 * 1024;

    private readonly string query;
    private readonly BodyArguments? body;

    private OAuth2Parameters(string query, BodyArguments? body)
    {
        this.query = query;
        this.body = body;
    }

    public static async ValueTask<OAuth2Parameters> ReadAsync(Exchange exchange)
    {
        var request = exchange.Request;
        var arguments = request.Method is "POST" or "PUT" or "PATCH" && MayHoldParameters(request.ContentType)
            ? BodyArguments.From(request.ContentType, await exchange.ReadRequestBodyAsync(MaxBody))
            : null;
        return new OAuth2Parameters(exchange.Query, arguments);
    }

    /// <summary>The one text of that name; null when there is none, or several.</summary>
    public string? Text(string name) => Find(name) is { Count: 1, First: var text } ? text : null;

    /// <summary>Something of that name is there, a text or not.</summary>
    public bool Has(string name) => Find(name).Count > 0;

    private static bool MayHoldParameters(string? type) =>
        type is not null
        && (type.Contains("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || type.Contains("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || type.Contains("application/json", StringComparison.OrdinalIgnoreCase));

    private ArgumentValues Find(string name) => body?.Find(name) is { Count: > 0 } found ? found : QueryArguments.Find(query, name);
}
