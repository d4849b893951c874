using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Routing;

/// <summary>
/// Remembers the last request target of a connection and what was made of it: clients that ask for the same thing again, as pollers and probes
/// do, cost no strings.
/// </summary>
internal sealed class RequestTargetCache
{
    private string? target;
    private RequestPathResult parsed;
    private RouteConfig? route;
    private ServiceConfig? service;
    private string? path;
    private int matchedLength;
    private string upstreamPath = "";

    /// <summary>As <see cref="RequestPath.Parse"/>.</summary>
    public RequestPathResult Parse(string rawTarget)
    {
        if (string.Equals(rawTarget, target)) return parsed;
        target = rawTarget;
        return parsed = RequestPath.Parse(rawTarget);
    }

    /// <summary>As <see cref="Routing.UpstreamPath.Build"/>.</summary>
    public string UpstreamPath(in RouteMatch match, RouteConfig route, ServiceConfig? service, string path)
    {
        if (ReferenceEquals(this.route, route) && ReferenceEquals(this.service, service) && ReferenceEquals(this.path, path)
            && matchedLength == match.MatchedLength)
            return upstreamPath;
        (this.route, this.service, this.path, matchedLength) = (route, service, path, match.MatchedLength);
        return upstreamPath = Routing.UpstreamPath.Build(match, route, service, path);
    }
}
