using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Routing.RegularExpressions;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Routing;

/// <summary>What the router looks at. The path is normalised (see RequestPath).</summary>
/// <param name="Method">As sent, upper case.</param>
/// <param name="Protocol"><c>http</c>, <c>https</c>, <c>grpc</c> or <c>grpcs</c>: what the connection itself speaks. What a trusted proxy tells is looked at after the match.</param>
/// <param name="Host">The Host field as it came, with its port if any; empty when there is none.</param>
/// <param name="Path">Normalised, starting with <c>/</c>.</param>
/// <param name="Query">With its <c>?</c>, or empty.</param>
/// <param name="Sni">The server name of the TLS handshake; null without TLS or name.</param>
/// <param name="Headers">The header fields.</param>
public readonly record struct RouteQuery(
    string Method, string Protocol, string Host, string Path, string Query, string? Sni, IHeaderDictionary Headers)
{
    /// <summary>The client's address and port and the gateway's own; null when not known. See <see cref="Router.LooksAtAddresses"/>.</summary>
    public System.Net.IPEndPoint? Source { get; init; }

    public System.Net.IPEndPoint? Destination { get; init; }
}

/// <summary>The outcome of matching.</summary>
public readonly struct RouteMatch
{
    private readonly RouteCaptures? captures;

    /// <summary>Null when no route matched.</summary>
    public RouteModel? Route { get; init; }

    /// <summary>How many characters of the path the matched prefix or regular expression took; 0 when the route has no paths.</summary>
    public int MatchedLength { get; init; }

    /// <summary>
    /// The groups of a matched regular expression, for templates and hashing; null without any. Taken from the path when asked for, since most
    /// requests are never asked: whoever needs them twice keeps them.
    /// </summary>
    public RouteCaptures? Captures
    {
        get => captures ?? Regex?.Captures(Path!);
        init => captures = value;
    }

    /// <summary>The regular path that matched, and what it matched.</summary>
    internal RouteRegex? Regex { get; init; }

    internal string? Path { get; init; }

    /// <summary>What the route says a client must speak. A route matches whatever is spoken; who forwards answers a mismatch.</summary>
    public RouteProtocols Protocols { get; init; }
}

/// <summary>The groups of a matched regular path.</summary>
/// <param name="Unnamed">By number, group 1 first.</param>
/// <param name="Named">By name.</param>
public sealed record RouteCaptures(IReadOnlyList<string> Unnamed, IReadOnlyDictionary<string, string> Named);

/// <summary>A routing table, compiled when the snapshot is built. Matching allocates nothing, but for the groups of expressions.</summary>
public abstract class Router
{
    /// <summary>The routes in the order in which they are tried.</summary>
    public abstract IReadOnlyList<RouteModel> InMatchingOrder { get; }

    /// <summary>Whether any route asks for an address or a port, so that a query must bring them.</summary>
    public abstract bool LooksAtAddresses { get; }

    /// <summary>The route for <paramref name="query"/>.</summary>
    public abstract RouteMatch Match(in RouteQuery query);

    /// <summary>Why each of the nearest routes did or did not match, the winner first; at most <paramref name="limit"/> of them.</summary>
    public abstract IReadOnlyList<RouteExplanation> Explain(in RouteQuery query, int limit = 10);
}

/// <summary>One line of an explanation.</summary>
/// <param name="Route">The route.</param>
/// <param name="Matched">Whether it is the one that the request goes to.</param>
/// <param name="Reason">For people: <c>host "a.test" is not in [b.test]</c>, or why it was preferred.</param>
public sealed record RouteExplanation(RouteModel Route, bool Matched, string Reason);
