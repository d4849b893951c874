using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing.Expressions;
using Sluice.Gateway.Routing.RegularExpressions;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Routing.Matching;

/// <summary>
/// A route as it is tried: its conditions with paths of one kind only, prefixes of one length or regular expressions, because each length has
/// its own priority. A route with an expression is one variant, whose hosts, prefixes and methods are what the expression cannot do without.
/// </summary>
internal sealed class RouteVariant
{
    private RouteVariant(RouteModel route, RouterFlavor flavor)
    {
        Route = route;
        Protocols = RouteProtocolRules.Parse(route.Config.Protocols);
        if (flavor == RouterFlavor.Expressions) Scheme = SchemeOf(route.Config.Protocols, Protocols);
    }

    public RouteModel Route { get; }

    public RouteProtocols Protocols { get; }

    /// <summary>What the request must have come over; only the expressions flavour looks at it.</summary>
    public RequiredScheme Scheme { get; }

    /// <summary>Null for any.</summary>
    public string[]? Methods { get; private init; }

    /// <summary>Null for any.</summary>
    public NamePattern[]? Hosts { get; private init; }

    /// <summary>Null for any.</summary>
    public NamePattern[]? Snis { get; private init; }

    /// <summary>Empty for any, and for regular paths.</summary>
    public string[] Prefixes { get; private init; } = [];

    /// <summary>In the order written; the first that matches gives the captures.</summary>
    public RouteRegex[] Regexes { get; private init; } = [];

    /// <summary>All must match.</summary>
    public HeaderCondition[] Headers { get; private init; } = [];

    public SocketCondition[]? Sources { get; private init; }

    public SocketCondition[]? Destinations { get; private init; }

    /// <summary>The whole condition of a route that has one; null for others.</summary>
    public RouteExpression? Expression { get; private init; }

    /// <summary>Whether it asks for an address or a port.</summary>
    public bool LooksAtAddresses => Sources is not null || Destinations is not null || Expression?.Needs.Addresses == true
        || (Hosts is { } hosts && Array.Exists(hosts, static host => host.Port != NamePattern.AnyPort));

    /// <summary>The higher is tried first.</summary>
    public ulong Priority { get; private init; }

    /// <summary>Among equal priorities, the greater is tried first.</summary>
    public Guid TieBreaker { get; private init; }

    /// <summary>The place in the order of trying, from 0.</summary>
    public int Rank { get; private set; }

    /// <summary>The variants of all routes that an HTTP router serves, in the order in which they are tried.</summary>
    public static RouteVariant[] InOrder(RouterFlavor flavor, IEnumerable<RouteModel> routes)
    {
        var variants = routes.Where(IsServed).SelectMany(route => Of(route, flavor)).ToArray();
        Array.Sort(variants, static (left, right) =>
            left.Priority != right.Priority ? right.Priority.CompareTo(left.Priority) : right.TieBreaker.CompareTo(left.TieBreaker));
        for (var rank = 0; rank < variants.Length; rank++) variants[rank].Rank = rank;
        return variants;
    }

    private static bool IsServed(RouteModel route) =>
        (RouteProtocolRules.Parse(route.Config.Protocols) & RouteProtocols.Stream) == RouteProtocols.None && route.Service?.Config.Enabled != false;

    private static IEnumerable<RouteVariant> Of(RouteModel route, RouterFlavor flavor)
    {
        var config = route.Config;
        if (flavor == RouterFlavor.Expressions && config.Expression is { } text)
            return RouteExpression.TryParse(text, out _) is { } expression ? [OfExpression(route, expression)] : [];
        if (config.Paths is not { Count: > 0 } paths) return [OfFields(route, flavor, [], [], 0)];

        // GroupBy keeps the order of first appearance, from which Kong numbers the parts.
        var groups = paths.GroupBy(static path => path.StartsWith('~') ? 0 : Encoding.UTF8.GetByteCount(path)).ToArray();
        return groups.Select((group, index) =>
        {
            var part = groups.Length == 1 ? 0 : index + 1;
            if (group.Key > 0) return OfFields(route, flavor, group.ToArray(), [], part);
            var regexes = group.Select(static path => RouteRegex.TryCompilePath(path[1..], out _)).OfType<RouteRegex>().ToArray();
            return regexes.Length > 0 ? OfFields(route, flavor, [], regexes, part) : null;
        }).OfType<RouteVariant>();
    }

    private static RouteVariant OfFields(RouteModel route, RouterFlavor flavor, string[] prefixes, RouteRegex[] regexes, int part)
    {
        var config = route.Config;
        var pathBytes = prefixes.Length > 0 ? Encoding.UTF8.GetByteCount(prefixes[0]) : 0;
        return new RouteVariant(route, flavor)
        {
            Prefixes = prefixes,
            Regexes = regexes,
            Methods = config.Methods is { Count: > 0 } methods ? [.. methods] : null,
            Hosts = config.Hosts is { Count: > 0 } hosts ? hosts.Select(NamePattern.OfHost).ToArray() : null,
            Snis = config.Snis is { Count: > 0 } snis ? snis.Select(NamePattern.OfSni).ToArray() : null,
            Sources = Sockets(config.Sources),
            Destinations = Sockets(config.Destinations),
            Headers = config.Headers is { Count: > 0 } headers ? headers.Select(static pair => new HeaderCondition(pair.Key, pair.Value)).ToArray() : [],
            Priority = RoutePriority.Of(config, pathBytes, regexes.Length > 0),
            TieBreaker = RoutePriority.TieBreaker(config.Id, part),
        };
    }

    private static RouteVariant OfExpression(RouteModel route, RouteExpression expression) => new(route, RouterFlavor.Expressions)
    {
        Expression = expression,
        Methods = expression.Needs.Methods,
        Hosts = expression.Needs.Hosts,
        Prefixes = expression.Needs.Prefixes ?? [],
        Headers = expression.Needs.Headers,
        Priority = RoutePriority.OfExpression(route.Config.Priority ?? 0),
        TieBreaker = route.Config.Id,
    };

    private static SocketCondition[]? Sockets(IReadOnlyList<SocketMatch>? matches) =>
        matches is { Count: > 0 } ? matches.Select(static match => new SocketCondition(match)).ToArray() : null;

    /// <summary>A route for https alone also takes http requests, to answer them with a redirect.</summary>
    private static RequiredScheme SchemeOf(IReadOnlyList<string> names, RouteProtocols protocols)
    {
        if (names is ["https"]) return RequiredScheme.Any;
        var http = (protocols & (RouteProtocols.Http | RouteProtocols.Grpc)) != RouteProtocols.None;
        var https = (protocols & (RouteProtocols.Https | RouteProtocols.Grpcs)) != RouteProtocols.None;
        return http == https ? RequiredScheme.Any : http ? RequiredScheme.Http : RequiredScheme.Https;
    }
}

internal enum RequiredScheme : byte { Any, Http, Https }
