namespace Sluice.Gateway.Routing.Matching;

/// <summary>A variant under one of its hosts and one of its paths, as the index holds it.</summary>
/// <param name="Port">The port of that host; <see cref="NamePattern.AnyPort"/> for any.</param>
/// <param name="PrefixLength">How many characters of the path its prefix takes; 0 for none and for regular paths.</param>
internal readonly record struct Candidate(RouteVariant Variant, int Port, int PrefixLength);
