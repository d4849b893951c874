using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Routing.Expressions;

namespace Sluice.Gateway.Configuration;

/// <summary>What the protocols of a route allow and ask of its other fields.</summary>
internal static class RouteChecks
{
    private static readonly string[][] Families = [["http", "https"], ["tcp", "tls", "udp"], ["tls_passthrough"], ["grpc", "grpcs"]];

    public static void Check(RouteConfig route, Action<string, string> report)
    {
        var families = Families.Where(f => f.Intersect(route.Protocols, StringComparer.Ordinal).Any()).ToArray();
        if (families.Length > 1)
        {
            report("protocols", $"these can't be mixed in one route: {string.Join(", ", families.Select(f => $"({string.Join(", ", f)})"))}");
            return;
        }
        if (route.Expression is not null)
            CheckExpression(route, report);
        else
            CheckFields(route, report);
        CheckHeaders(route, report);
    }

    private static void CheckExpression(RouteConfig route, Action<string, string> report)
    {
        foreach (var (field, set) in new[]
        {
            ("methods", route.Methods is not null), ("hosts", route.Hosts is not null), ("paths", route.Paths is not null),
            ("headers", route.Headers is not null), ("snis", route.Snis is not null), ("sources", route.Sources is not null), ("destinations", route.Destinations is not null),
        })
            if (set)
                report(field, $"must not be set beside 'expression'");
        if (RouteExpression.TryParse(route.Expression!, out var error) is null)
            report("expression", error!);
    }

    private static void CheckFields(RouteConfig route, Action<string, string> report)
    {
        var has = (string protocol) => route.Protocols.Contains(protocol, StringComparer.Ordinal);
        if (route.Snis is { Count: > 0 } && !(has("https") || has("grpcs") || has("tls") || has("tls_passthrough")))
            report("snis", "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'");
        if (has("http") || has("https"))
        {
            Forbid(report, "'http' or 'https'", ("sources", route.Sources is { Count: > 0 }), ("destinations", route.Destinations is { Count: > 0 }));
            AskOne(report, has("https") ? "https" : "http", ("methods", Any(route.Methods)), ("hosts", Any(route.Hosts)), ("headers", route.Headers is { Count: > 0 }),
                ("paths", Any(route.Paths)), ("snis", has("https") ? Any(route.Snis) : null));
        }
        else if (has("grpc") || has("grpcs"))
        {
            Forbid(report, "'grpc' or 'grpcs'", ("methods", Any(route.Methods)), ("sources", route.Sources is { Count: > 0 }), ("destinations", route.Destinations is { Count: > 0 }));
            AskOne(report, has("grpcs") ? "grpcs" : "grpc", ("hosts", Any(route.Hosts)), ("headers", route.Headers is { Count: > 0 }), ("paths", Any(route.Paths)),
                ("snis", has("grpcs") ? Any(route.Snis) : null));
        }
        else
        {
            Forbid(report, "'tcp', 'tls', 'tls_passthrough' or 'udp'", ("methods", Any(route.Methods)), ("hosts", Any(route.Hosts)), ("paths", Any(route.Paths)),
                ("headers", route.Headers is { Count: > 0 }));
            if (has("tls_passthrough"))
                AskOne(report, "tls_passthrough", ("snis", Any(route.Snis)));
            else
                AskOne(report, "tcp', 'tls' or 'udp", ("sources", route.Sources is { Count: > 0 }), ("destinations", route.Destinations is { Count: > 0 }), ("snis", Any(route.Snis)));
        }
    }

    private static void CheckHeaders(RouteConfig route, Action<string, string> report)
    {
        foreach (var (name, values) in route.Headers ?? new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal))
            if (values is [var only] && only.StartsWith("~*", StringComparison.Ordinal) && RegexRule.Refuse(only[2..]) is { } refusal)
                report($"headers.{name}[0]", refusal);
    }

    private static bool Any(IReadOnlyList<string>? values) => values is { Count: > 0 };

    private static void Forbid(Action<string, string> report, string protocols, params ReadOnlySpan<(string Field, bool Set)> fields)
    {
        foreach (var (field, set) in fields)
            if (set)
                report(field, $"cannot set '{field}' when 'protocols' is {protocols}");
    }

    /// <summary>A field whose second part is null is none that would do.</summary>
    private static void AskOne(Action<string, string> report, string protocol, params (string Field, bool? Set)[] fields)
    {
        if (!fields.Any(f => f.Set == true))
            report("", $"must set one of {string.Join(", ", fields.Where(f => f.Set is not null).Select(f => $"'{f.Field}'"))} when 'protocols' is '{protocol}'");
    }
}
