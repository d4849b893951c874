using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Gateway.Routing.Matching;

/// <summary>One request on its way through the index: what it looks like and the best variant found so far.</summary>
internal ref struct Search
{
    public readonly string Method;
    public readonly ReadOnlySpan<char> Host;
    public readonly int Port;
    public readonly ReadOnlySpan<char> Path;
    public readonly bool Tls;
    public readonly string Sni;
    public readonly IHeaderDictionary Headers;
    public readonly string Query;
    public readonly IPEndPoint? Source;
    public readonly IPEndPoint? Destination;

    /// <summary>What an expression that is looked at has matched of the path so far.</summary>
    public int PathLength;

    /// <summary>Where an expression notes the regular expressions that matched, with what they matched; null when nobody asks.</summary>
    public List<(RouteRegex Regex, string Text)>? Regexes;

    public Search(in RouteQuery query)
    {
        Method = query.Method;
        Host = HostAndPort.Split(query.Host, out Port);
        if (Port == NamePattern.AnyPort && query.Destination is not null) Port = query.Destination.Port;
        Path = query.Path;
        Tls = query.Protocol is "https" or "grpcs";
        Sni = query.Sni ?? "";
        Headers = query.Headers;
        Query = query.Query;
        Source = query.Source;
        Destination = query.Destination;
        BestRank = int.MaxValue;
    }

    /// <summary>The rank of <see cref="Best"/>; whatever does not come before it need not be looked at.</summary>
    public int BestRank { get; private set; }

    public RouteVariant? Best { get; private set; }

    public int MatchedLength { get; private set; }

    /// <summary>Which of the variant's regular paths matched.</summary>
    public RouteRegex? Regex { get; private set; }

    /// <summary>How many candidates were looked at; what a test of the index counts.</summary>
    public int Looked { get; private set; }

    /// <summary>Looks through candidates in the order of their rank until one matches or none can be better.</summary>
    public void Try(Candidate[] candidates)
    {
        foreach (ref readonly var candidate in candidates.AsSpan())
        {
            if (candidate.Variant.Rank >= BestRank) return;
            Looked++;
            if (Matches(in candidate)) return;
        }
    }

    /// <summary>Hosts, except for their port, and prefixes are the index's work.</summary>
    private bool Matches(in Candidate candidate)
    {
        var variant = candidate.Variant;
        if (candidate.Port != NamePattern.AnyPort && candidate.Port != Port) return false;
        if (variant.Scheme != RequiredScheme.Any && !MatchesScheme(variant.Scheme)) return false;
        if (variant.Methods is not null && !Contains(variant.Methods, Method)) return false;
        if (variant.Snis is not null && !MatchesSni(variant.Snis)) return false;
        if (variant.Sources is not null && !Matches(variant.Sources, Source, Source?.Port ?? NamePattern.AnyPort)) return false;
        if (variant.Destinations is not null && !Matches(variant.Destinations, Destination, Port)) return false;

        var length = candidate.PrefixLength;
        RouteRegex? regex = null;
        if (variant.Regexes.Length > 0 && (regex = FirstMatch(variant.Regexes, out length)) is null) return false;
        foreach (var header in variant.Headers)
            if (!header.Matches(Headers)) return false;

        if (variant.Expression is { } expression)
        {
            PathLength = 0;
            if (!expression.Holds(ref this)) return false;
            length = PathLength;
        }

        (Best, BestRank, MatchedLength, Regex) = (variant, variant.Rank, length, regex);
        return true;
    }

    private readonly RouteRegex? FirstMatch(RouteRegex[] regexes, out int length)
    {
        foreach (var regex in regexes)
            if (regex.TryMatch(Path, out length)) return regex;
        length = 0;
        return null;
    }

    public readonly bool MatchesScheme(RequiredScheme scheme) => scheme == RequiredScheme.Any || scheme == RequiredScheme.Https == Tls;

    /// <summary>Without TLS a route's server names are not looked at.</summary>
    public readonly bool MatchesSni(NamePattern[] snis)
    {
        if (!Tls) return true;
        foreach (ref readonly var sni in snis.AsSpan())
            if (Sni.Length > 0 && sni.Matches(Sni)) return true;
        return false;
    }

    public static bool Matches(SocketCondition[] conditions, IPEndPoint? endPoint, int port)
    {
        foreach (var condition in conditions)
            if (condition.Matches(endPoint?.Address, port)) return true;
        return false;
    }

    private static bool Contains(string[] methods, string method)
    {
        foreach (var allowed in methods)
            if (string.Equals(allowed, method)) return true;
        return false;
    }
}
