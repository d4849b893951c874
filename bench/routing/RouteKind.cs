namespace Sluice.Bench.Routing;

/// <summary>What the routes of a table are told apart by.</summary>
internal enum RouteKind { Prefix, Host, WildcardHost, HostAndPrefix, Header, Regex, RegexWithGroups, Expression }
