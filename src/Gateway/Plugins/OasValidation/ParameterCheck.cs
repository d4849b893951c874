using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.OpenApi;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.OasValidation;

/// <summary>Holds the parameters of a request against those of its operation.</summary>
internal sealed class ParameterCheck(OasValidationConfig config)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    private readonly HashSet<string> allowedHeaders =
        new(config.AllowedHeaderParameters.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Check(Exchange exchange, OpenApiMatch match)
    {
        if (ParameterList.OfQuery(exchange.Query) is not { } query) return "the query has too many arguments";
        ParameterList? cookies = null;
        foreach (var parameter in match.Operation.Parameters)
        {
            var looked = parameter.In switch { "path" => config.ValidateRequestUriParams, "query" => config.ValidateRequestQueryParams, _ => config.ValidateRequestHeaderParams };
            if (!looked) continue;
            var list = parameter.In == "query" ? query : parameter.In == "cookie" ? cookies ??= ParameterList.OfCookies(exchange.Request.Cookies) : null;
            if (Check(exchange, match, parameter, list) is { } problem) return $"{parameter.In} '{parameter.Name}' validation failed, [error] {problem}";
        }

        return (config.QueryParameterCheck ? UnknownArgument(query, match.Operation) : null) ?? (config.HeaderParameterCheck ? UnknownField(exchange, match.Operation) : null);
    }

    private static string? Check(Exchange exchange, OpenApiMatch match, OpenApiParameter parameter, ParameterList? list)
    {
        JsonNode? value;
        if (list is not null)
        {
            if (parameter.Reader is { } reader)
            {
                if (!reader.TryRead(list, out value)) return Missing(parameter);
            }
            else
            {
                if (list.Of(parameter.Name) is not [.., var written]) return Missing(parameter);
                return CheckWhole(ParameterList.Decode(written), parameter);
            }
        }
        else
        {
            var written = parameter.In == "path" ? ValueOf(match.Values, parameter.Name) : HeaderOf(exchange, parameter.Name);
            if (written is null) return Missing(parameter);
            Func<string, string> decode = parameter.In == "path" ? Uri.UnescapeDataString : static text => text;
            if (parameter.Reader is not { } reader) return CheckWhole(decode(written), parameter);
            value = reader.Read(written, decode);
        }

        return parameter.Schema!.Validate(JsonSerializer.SerializeToElement(value)) is [var first, ..] ? first.ToString() : null;
    }

    /// <summary>A parameter whose text is a document of its own.</summary>
    private static string? CheckWhole(string text, OpenApiParameter parameter)
    {
        if (parameter.Schema is null || !parameter.IsJson) return null;
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return parameter.Schema.Validate(document.RootElement) is [var first, ..] ? first.ToString() : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return "is not valid JSON";
        }
    }

    private static string? Missing(OpenApiParameter parameter) => parameter.Required ? "required parameter value not found in request" : null;

    private static string? ValueOf(IReadOnlyList<(string Name, string Value)> values, string name)
    {
        foreach (var (candidate, value) in values)
            if (string.Equals(candidate, name, StringComparison.Ordinal)) return value;
        return null;
    }

    private static string? HeaderOf(Exchange exchange, string name) =>
        exchange.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? string.Join(',', (IEnumerable<string?>)values) : null;

    private static string? UnknownArgument(ParameterList query, OpenApiOperation operation)
    {
        foreach (var (name, _) in query.All)
        {
            var known = operation.Parameters.Any(p => p.In == "query" && (p.Name == name
                || (p.Reader is { } reader && ((reader.Style == ParameterStyle.DeepObject && name.StartsWith(p.Name + "[", StringComparison.Ordinal))
                    || (reader.Style == ParameterStyle.Form && reader.Explode && reader.Shape.IsObject && reader.Shape.MemberNames.Contains(name, StringComparer.Ordinal))))));
            if (!known) return $"query parameter '{name}' does not exist in the specification";
        }

        return null;
    }

    private string? UnknownField(Exchange exchange, OpenApiOperation operation)
    {
        foreach (var (name, _) in exchange.Request.Headers)
        {
            if (name.StartsWith(':') || allowedHeaders.Contains(name)) continue;
            var known = operation.Parameters.Any(p => p.In == "header" ? p.Name.Equals(name, StringComparison.OrdinalIgnoreCase) : p.In == "cookie" && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase));
            if (!known) return $"header '{name}' does not exist in the specification";
        }

        return null;
    }
}
