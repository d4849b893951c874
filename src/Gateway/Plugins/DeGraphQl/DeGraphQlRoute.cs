using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.DeGraphQl;

/// <summary>A route made ready when the snapshot is built.</summary>
internal sealed class DeGraphQlRoute
{
    private const int MaxTokens = 100_000;

    private readonly (string Text, bool IsVariable)[] segments;
    private readonly (string Argument, GraphQlVariable Variable)[] arguments;
    private readonly JsonEncodedText query;

    private DeGraphQlRoute(DeGraphQlRouteConfig config, (string Text, bool IsVariable)[] segments, (string Argument, GraphQlVariable Variable)[] arguments)
    {
        Methods = config.Methods;
        query = JsonEncodedText.Encode(config.Query);
        this.segments = segments;
        this.arguments = arguments;
    }

    public IReadOnlyList<string> Methods { get; }

    /// <summary>Sorts fixed segments before variable ones.</summary>
    public string Order => string.Concat(segments.Select(s => s.IsVariable ? '1' : '0'));

    public static (DeGraphQlRoute? Route, string Field, string Problem) Compile(DeGraphQlRouteConfig config)
    {
        var (document, problem) = GraphQlParser.Parse(config.Query, MaxTokens);
        if (document is null) return (null, "query", problem!.ToString());
        if (document.Operations is not [var operation]) return (null, "query", "must have one operation");
        if (operation.Type == GraphQlOperationType.Subscription) return (null, "query", "a subscription has no single answer");
        if (operation.Type == GraphQlOperationType.Mutation && config.Methods.Contains("GET")) return (null, "methods", "a mutation must not run for GET, which may be repeated and fetched ahead");
        var mark = config.Uri.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? config.Uri : config.Uri[..mark];
        if (!path.StartsWith('/')) return (null, "uri", "must begin with /");
        var parts = Split(path).Select(s => VariableOf(s) is { } name ? (name, true) : (Uri.UnescapeDataString(s), false)).ToArray();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in mark < 0 ? [] : config.Uri[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var variable = equals < 0 ? part : VariableOf(part[(equals + 1)..]);
            if (variable is null || !names.TryAdd(variable, QueryArguments.Decode(equals < 0 ? part : part.AsSpan(0, equals)))) return (null, "uri", $"'{part}' must be an argument and a variable, as in q={{term}}");
        }

        var declared = operation.Variables.ToDictionary(v => v.Name, StringComparer.Ordinal);
        foreach (var name in parts.Where(s => s.Item2).Select(s => s.Item1).Concat(names.Keys))
            if (!declared.ContainsKey(name)) return (null, "uri", $"the query declares no variable ${name}");
        return (new DeGraphQlRoute(config, parts, [.. operation.Variables.Select(v => (names.GetValueOrDefault(v.Name, v.Name), v))]), "", "");
    }

    /// <summary>The segments of a path; a slash at its end makes no difference.</summary>
    public static string[] Split(string path) => path.Trim('/') is { Length: > 0 } inner ? inner.Split('/') : [];

    public bool Matches(string[] path)
    {
        if (path.Length != segments.Length) return false;
        for (var i = 0; i < path.Length; i++)
            if (segments[i].IsVariable ? path[i].Length == 0 : !string.Equals(path[i], segments[i].Text, StringComparison.Ordinal)) return false;
        return true;
    }

    /// <summary>The GraphQL request for a request: variables from the path, else from arguments, else from the body.</summary>
    /// <param name="path">Its segments, decoded.</param>
    /// <param name="queryText">Its query.</param>
    /// <param name="body">Its body, if that is a JSON object.</param>
    public (byte[]? Request, string Problem) Write(string[] path, string queryText, JsonObject? body)
    {
        var variables = new JsonObject();
        foreach (var (argument, variable) in arguments)
        {
            var (given, value, problem) = Find(argument, variable, path, queryText, body);
            if (problem is not null) return (null, problem);
            if (given) variables[variable.Name] = value;
            else if (variable is { Type.NonNull: true, Default: null }) return (null, $"missing required variable '{argument}'");
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("query"u8, query);
            if (variables.Count > 0)
            {
                json.WritePropertyName("variables"u8);
                variables.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return (stream.ToArray(), "");
    }

    private (bool Given, JsonNode? Value, string? Problem) Find(string argument, GraphQlVariable variable, string[] path, string queryText, JsonObject? body)
    {
        var place = Array.FindIndex(segments, s => s.IsVariable && s.Text == variable.Name);
        var found = place < 0 ? QueryArguments.Find(queryText, argument) : new ArgumentValues { Count = 1, First = path[place] };
        if (found.Count > 0)
        {
            var (value, problem) = DeGraphQlVariables.Read([found.First ?? "", .. found.Others?.Select(o => o ?? "") ?? []], variable.Type);
            return (true, value, problem is null ? null : $"variable '{argument}' {problem}");
        }

        return body is not null && body.TryGetPropertyValue(argument, out var member) ? (true, member?.DeepClone(), null) : (false, null, null);
    }

    private static string? VariableOf(string segment) => segment switch
    {
        [':', .. var name] when name.Length > 0 => name,
        ['{', .. var name, '}'] when name.Length > 0 => name,
        _ => null,
    };
}
