using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Routing.Matching;

/// <summary>
/// The number that orders routes, bit for bit as Kong 3.9 computes it. Kong means to lay it out as: 3 bits how many kinds of condition there
/// are, 1 bit hosts without wildcards, 8 bits number of headers, 1 bit regular path, 32 bits <c>regex_priority</c>, 19 bits length of the path.
/// But it shifts three of them in 32 bits, so that what it really gets, and what the recordings show, is: four or more kinds of condition,
/// then hosts without wildcards, then regular paths, then the number of kinds, and headers and <c>regex_priority</c> in overlapping bits.
/// </summary>
internal static class RoutePriority
{
    private const ulong PlainHostsBit = 1UL << 60;
    private const ulong RegexBit = 1UL << 51;
    private const ulong ExpressionBits = 0xFFUL << 56;
    private const int MaxHeaders = 255;

    private static readonly byte[] SplitNamespace = new Guid("7f145bf9-0dce-4f91-98eb-debbce4b9f6b").ToByteArray(bigEndian: true);

    /// <param name="pathBytes">The length in UTF-8 of the prefixes; 0 for regular paths and for none.</param>
    public static ulong Of(RouteConfig route, int pathBytes, bool regex)
    {
        var headers = Math.Min(route.Headers?.Count ?? 0, MaxHeaders);
        var plainHosts = route.Hosts is { Count: > 0 } hosts && !hosts.Any(static host => host.Contains('*'));

        return Shift32(Kinds(route), 61) | Shift32(headers, 52) | Shift32(regex ? route.RegexPriority : 0, 19) | ((uint)pathBytes & 0x7FFFF)
            | (plainHosts ? PlainHostsBit : 0) | (regex ? RegexBit : 0);
    }

    /// <summary>Routes with an expression come before those without; mostly, because of the shifts told of above.</summary>
    public static ulong OfExpression(long priority) => ExpressionBits | (ulong)priority;

    /// <summary>
    /// The id that breaks ties: the greater comes first. A route whose paths differ in kind or length is tried as several, with derived ids.
    /// </summary>
    /// <param name="part">Which of the parts, from 1; 0 for a route that is not split.</param>
    public static Guid TieBreaker(Guid id, int part)
    {
        if (part == 0) return id;
        var name = Encoding.ASCII.GetBytes($"{id}#{part}");
#pragma warning disable CA5350 // Version 5 identifiers are made with SHA-1 (RFC 4122); nothing is protected by it.
        var hash = SHA1.HashData([.. SplitNamespace, .. name]);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>Why <paramref name="first"/> is tried before <paramref name="other"/>; for people.</summary>
    public static string WhyBefore(RouteVariant first, RouteVariant other)
    {
        var name = $"route {first.Route.Label}";
        if (first.Priority == other.Priority) return $"{name} has the same priority and the greater id";
        if (first.Expression is not null || other.Expression is not null) return $"{name} has the higher priority";
        if (Kinds(first) != Kinds(other) && (Kinds(first) >= 4 || Kinds(other) >= 4)) return MoreKinds();
        if (Differ(PlainHostsBit)) return $"{name} has hosts without wildcards";
        if (Differ(RegexBit)) return $"{name} has a regular path";
        if (Kinds(first) != Kinds(other)) return MoreKinds();
        if (first.Headers.Length != other.Headers.Length) return $"{name} has more headers";
        if (first.Regexes.Length > 0) return $"{name} has the higher regex_priority";
        return $"{name} has the longer path";

        string MoreKinds() => $"{name} has more kinds of conditions ({Kinds(first)} over {Kinds(other)})";
        static int Kinds(RouteVariant variant) => RoutePriority.Kinds(variant.Route.Config);
        bool Differ(ulong bit) => ((first.Priority ^ other.Priority) & bit) != 0;
    }

    private static int Kinds(RouteConfig route) =>
        Has(route.Sources) + Has(route.Destinations) + Has(route.Methods) + Has(route.Hosts) + Has(route.Snis) + Has(route.Paths)
        + (route.Headers is { Count: > 0 } ? 1 : 0);

    private static int Has<T>(IReadOnlyList<T>? list) => list is { Count: > 0 } ? 1 : 0;

    /// <summary>LuaJIT's shift of a number: of its low 32 bits, by the low 5 bits of the distance, the sign then filling the upper half.</summary>
    private static ulong Shift32(long value, int distance) => (ulong)((int)value << (distance & 31));
}
