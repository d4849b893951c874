namespace Sluice.Gateway.Routing.Matching;

/// <summary>Says, one condition after another and without the index, why a variant does not match; for people and for tests.</summary>
internal static class RouteConditions
{
    /// <summary>What does not fit, in the order in which Kong looks; empty when the variant matches.</summary>
    public static List<string> Unmet(RouteVariant variant, in RouteQuery query)
    {
        var unmet = new List<string>();
        var search = new Search(query);
        if (!search.MatchesScheme(variant.Scheme)) unmet.Add($"protocol {query.Protocol} is not in {List(variant.Route.Config.Protocols)}");
        if (variant.Expression is { } expression)
        {
            expression.AddUnmet(unmet, ref search);
            return unmet;
        }

        if (variant.Snis is { } snis && !search.MatchesSni(snis)) unmet.Add($"server name {Quoted(query.Sni)} is not in {List(snis)}");
        if (variant.Sources is { } sources && !Search.Matches(sources, query.Source, query.Source?.Port ?? NamePattern.AnyPort))
            unmet.Add($"source {query.Source} is not in {List(sources)}");
        if (variant.Destinations is { } ends && !Search.Matches(ends, query.Destination, search.Port))
            unmet.Add($"destination {query.Destination} is not in {List(ends)}");
        if (variant.Methods is { } methods && !methods.Contains(query.Method, StringComparer.Ordinal))
            unmet.Add($"method {query.Method} is not in {List(methods)}");
        if (variant.Hosts is { } hosts && !MatchesHost(hosts, search)) unmet.Add($"host {Quoted(query.Host)} is not in {List(hosts)}");
        if (!MatchesPath(variant, query.Path)) unmet.Add(PathReason(variant, query.Path));
        foreach (var header in variant.Headers)
            if (!header.Matches(query.Headers)) unmet.Add($"header {header.Name.Name} is not {List(header.Values, " or ")}");
        return unmet;
    }

    /// <summary>What the variant asks for, and the bits of its priority that tell it from others.</summary>
    public static string Describe(RouteVariant variant)
    {
        if (variant.Expression is { } expression) return $"expression {expression.Text}";
        var parts = new List<string>();
        if (variant.Methods is { } methods) parts.Add($"methods {List(methods)}");
        if (variant.Hosts is { } hosts) parts.Add($"hosts {List(hosts)}");
        if (variant.Prefixes.Length > 0) parts.Add($"prefix {List(variant.Prefixes)}");
        if (variant.Regexes.Length > 0) parts.Add($"regular path {List(variant.Regexes.Select(static regex => regex.Pattern))}");
        if (variant.Headers.Length > 0) parts.Add($"headers {List(variant.Headers.Select(static header => header.Name.Name))}");
        if (variant.Snis is { } snis) parts.Add($"server names {List(snis)}");
        return parts.Count > 0 ? string.Join(", ", parts) : "anything";
    }

    private static bool MatchesHost(NamePattern[] hosts, Search search)
    {
        foreach (var host in hosts)
            if (host.Matches(search.Host) && (host.Port == NamePattern.AnyPort || host.Port == search.Port)) return true;
        return false;
    }

    private static bool MatchesPath(RouteVariant variant, string path)
    {
        if (variant.Regexes.Length > 0) return variant.Regexes.Any(regex => regex.IsMatch(path));
        return variant.Prefixes.Length == 0 || variant.Prefixes.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string PathReason(RouteVariant variant, string path) => variant.Regexes.Length > 0
        ? $"path {Quoted(path)} does not match {List(variant.Regexes.Select(static regex => regex.Pattern), " or ")}"
        : $"path {Quoted(path)} does not start with {List(variant.Prefixes, " or ")}";

    private static string Quoted(string? text) => $"\"{text}\"";

    private static string List<T>(IEnumerable<T> values) => $"[{List(values, ", ")}]";

    private static string List<T>(IEnumerable<T> values, string separator) => string.Join(separator, values);
}
