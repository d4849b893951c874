using System.Text;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Routing.Traditional;

/// <summary>
/// A route as it is tried: its conditions with paths of one kind only, prefixes of one length or regular expressions, because each length has
/// its own priority.
/// </summary>
internal sealed class RouteVariant
{
    private RouteVariant(RouteModel route, string[] prefixes, RouteRegex[] regexes, int part)
    {
        var config = route.Config;
        Route = route;
        Prefixes = prefixes;
        Regexes = regexes;
        Protocols = RouteProtocolRules.Parse(config.Protocols);
        Methods = config.Methods is { Count: > 0 } methods ? [.. methods] : null;
        Hosts = config.Hosts is { Count: > 0 } hosts ? hosts.Select(NamePattern.OfHost).ToArray() : null;
        Snis = config.Snis is { Count: > 0 } snis ? snis.Select(NamePattern.OfSni).ToArray() : null;
        Sources = config.Sources is { Count: > 0 } sources ? sources.Select(static match => new SocketCondition(match)).ToArray() : null;
        Destinations = config.Destinations is { Count: > 0 } ends ? ends.Select(static match => new SocketCondition(match)).ToArray() : null;
        Headers = config.Headers is { Count: > 0 } headers
            ? headers.Select(static header => new HeaderCondition(header.Key, header.Value)).ToArray()
            : [];
        var pathBytes = prefixes.Length > 0 ? Encoding.UTF8.GetByteCount(prefixes[0]) : 0;
        Priority = RoutePriority.Of(config, pathBytes, regexes.Length > 0);
        TieBreaker = RoutePriority.TieBreaker(config.Id, part);
    }

    public RouteModel Route { get; }

    public RouteProtocols Protocols { get; }

    /// <summary>Null for any.</summary>
    public string[]? Methods { get; }

    /// <summary>Null for any.</summary>
    public NamePattern[]? Hosts { get; }

    /// <summary>Null for any.</summary>
    public NamePattern[]? Snis { get; }

    /// <summary>Empty for any, and for regular paths.</summary>
    public string[] Prefixes { get; }

    /// <summary>In the order written; the first that matches gives the captures.</summary>
    public RouteRegex[] Regexes { get; }

    /// <summary>All must match.</summary>
    public HeaderCondition[] Headers { get; }

    public SocketCondition[]? Sources { get; }

    public SocketCondition[]? Destinations { get; }

    /// <summary>The higher is tried first.</summary>
    public ulong Priority { get; }

    /// <summary>Among equal priorities, the greater is tried first.</summary>
    public Guid TieBreaker { get; }

    /// <summary>The place in the order of trying, from 0.</summary>
    public int Rank { get; set; }

    /// <summary>The variants of all routes that an HTTP router serves, in the order in which they are tried.</summary>
    public static RouteVariant[] InOrder(IEnumerable<RouteModel> routes)
    {
        var variants = routes.Where(IsServed).SelectMany(Of).ToArray();
        Array.Sort(variants, static (left, right) =>
            left.Priority != right.Priority ? right.Priority.CompareTo(left.Priority) : right.TieBreaker.CompareTo(left.TieBreaker));
        for (var rank = 0; rank < variants.Length; rank++) variants[rank].Rank = rank;
        return variants;
    }

    private static bool IsServed(RouteModel route) =>
        (RouteProtocolRules.Parse(route.Config.Protocols) & RouteProtocols.Stream) == RouteProtocols.None && route.Service?.Config.Enabled != false;

    private static IEnumerable<RouteVariant> Of(RouteModel route)
    {
        if (route.Config.Paths is not { Count: > 0 } paths) return [new RouteVariant(route, [], [], 0)];

        // GroupBy keeps the order of first appearance, from which Kong numbers the parts.
        var groups = paths.GroupBy(static path => path.StartsWith('~') ? 0 : Encoding.UTF8.GetByteCount(path)).ToArray();
        return groups.Select((group, index) =>
        {
            var part = groups.Length == 1 ? 0 : index + 1;
            if (group.Key > 0) return new RouteVariant(route, group.ToArray(), [], part);
            var regexes = group.Select(static path => RouteRegex.TryCompilePath(path[1..], out _)).OfType<RouteRegex>().ToArray();
            return regexes.Length > 0 ? new RouteVariant(route, [], regexes, part) : null;
        }).OfType<RouteVariant>();
    }
}
