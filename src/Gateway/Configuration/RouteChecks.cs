using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Routing.Expressions;

namespace Sluice.Gateway.Configuration;

/// <summary>What the protocols of a route allow and ask of its other fields.</summary>
internal static class RouteChecks
{
    public static void Check(RouteConfig route, Action<string, string> report)
    {
        for (var i = 1; i < route.Protocols.Count; i++)
        {
            if (Family(route.Protocols[i]) == Family(route.Protocols[0]))
                continue;
            report("protocols", $"{Family(route.Protocols[0])} and {Family(route.Protocols[i])} can't be mixed in one route");
            return;
        }
        if (route.Expression is not null)
            CheckExpression(route, report);
        else
            CheckFields(route, report);
        CheckHeaders(route, report);
    }

    private static string Family(string protocol) => protocol switch
    {
        "http" or "https" => "(http, https)",
        "grpc" or "grpcs" => "(grpc, grpcs)",
        "tls_passthrough" => "(tls_passthrough)",
        _ => "(tcp, tls, udp)",
    };

    private static void CheckExpression(RouteConfig route, Action<string, string> report)
    {
        foreach (var (field, set) in new[]
        {
            ("methods", route.Methods is not null), ("hosts", route.Hosts is not null), ("paths", route.Paths is not null),
            ("headers", route.Headers is not null), ("snis", route.Snis is not null), ("sources", route.Sources is not null), ("destinations", route.Destinations is not null),
        })
            if (set)
                report(field, "must not be set beside 'expression'");
        if (RouteExpression.TryParse(route.Expression!, out var error) is null)
            report("expression", error!);
    }

    private static void CheckFields(RouteConfig route, Action<string, string> report)
    {
        if (route.Snis is { Count: > 0 } && !(Speaks(route, "https") || Speaks(route, "grpcs") || Speaks(route, "tls") || Speaks(route, "tls_passthrough")))
            report("snis", "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'");
        if (Speaks(route, "http") || Speaks(route, "https"))
        {
            Forbid(report, "'http' or 'https'", ("sources", route.Sources is { Count: > 0 }), ("destinations", route.Destinations is { Count: > 0 }));
            AskOne(report, Speaks(route, "https") ? "https" : "http", ("methods", Any(route.Methods)), ("hosts", Any(route.Hosts)), ("headers", route.Headers is { Count: > 0 }),
                ("paths", Any(route.Paths)), ("snis", Speaks(route, "https") ? Any(route.Snis) : null));
        }
        else if (Speaks(route, "grpc") || Speaks(route, "grpcs"))
        {
            Forbid(report, "'grpc' or 'grpcs'", ("methods", Any(route.Methods)), ("sources", route.Sources is { Count: > 0 }), ("destinations", route.Destinations is { Count: > 0 }));
            AskOne(report, Speaks(route, "grpcs") ? "grpcs" : "grpc", ("hosts", Any(route.Hosts)), ("headers", route.Headers is { Count: > 0 }), ("paths", Any(route.Paths)),
                ("snis", Speaks(route, "grpcs") ? Any(route.Snis) : null));
        }
        else
        {
            Forbid(report, "'tcp', 'tls', 'tls_passthrough' or 'udp'", ("methods", Any(route.Methods)), ("hosts", Any(route.Hosts)), ("paths", Any(route.Paths)),
                ("headers", route.Headers is { Count: > 0 }));
            if (Speaks(route, "tls_passthrough"))
                AskOne(report, "tls_passthrough", ("snis", Any(route.Snis)));
            else
                AskOne(report, "tcp', 'tls' or 'udp", ("sources", route.Sources is { Count: > 0 }), ("destinations", route.Destinations is { Count: > 0 }), ("snis", Any(route.Snis)));
        }
    }

    private static void CheckHeaders(RouteConfig route, Action<string, string> report)
    {
        if (route.Headers is null)
            return;
        foreach (var (name, values) in route.Headers)
            if (values is [var only] && only.StartsWith("~*", StringComparison.Ordinal) && RegexRule.Refuse(only[2..]) is { } refusal)
                report($"headers.{name}[0]", refusal);
    }

    private static bool Speaks(RouteConfig route, string protocol) => route.Protocols.Contains(protocol, StringComparer.Ordinal);

    private static bool Any(IReadOnlyList<string>? values) => values is { Count: > 0 };

    private static void Forbid(Action<string, string> report, string protocols, params ReadOnlySpan<(string Field, bool Set)> fields)
    {
        foreach (var (field, set) in fields)
            if (set)
                report(field, $"cannot set '{field}' when 'protocols' is {protocols}");
    }

    /// <summary>A field whose second part is null is none that would do.</summary>
    private static void AskOne(Action<string, string> report, string protocol, params ReadOnlySpan<(string Field, bool? Set)> fields)
    {
        var names = new List<string>();
        foreach (var (field, set) in fields)
        {
            if (set == true)
                return;
            if (set is not null)
                names.Add($"'{field}'");
        }
        report("", $"must set one of {string.Join(", ", names)} when 'protocols' is '{protocol}'");
    }
}
