using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Workflows.Runs;

namespace Sluice.Control.Identity;

/// <summary>
/// What keeps tenants apart where a tag alone does not: whose a workflow is, since its runs use that tenant's connections, and which addresses are whose, since a
/// route takes what is sent to its paths.
/// </summary>
internal static class TenantBorders
{
    private static readonly EntityKind Routes = EntityKind.ByName["routes"];
    private static readonly EntityKind Workflows = EntityKind.ByName["workflows"];

    /// <summary>Whether an object is the caller's to see and to change. A workflow is that when the tenant that it runs for is.</summary>
    public static bool Covers(Caller caller, ConfigurationObject entry) => caller.Covers(entry.Tags)
        && (!caller.IsLimited || entry.Record is not WorkflowConfig || (WorkflowTenant.Of(entry.Tags) is { Length: > 0 } tenant && caller.Scopes.Contains(WorkflowTenant.Prefix + tenant, StringComparer.Ordinal)));

    /// <summary>The workflow that a route runs; null for none.</summary>
    public static ConfigurationObject? Run(ConfigurationTree tree, RouteConfig route) => route.Workflow is { } name ? tree.Find(Workflows, name) : null;

    /// <summary>Why the caller may not have an object as it is now; null when they may.</summary>
    public static string? Refuse(Caller caller, ConfigurationTree tree, ConfigurationObject entry) => entry.Record switch
    {
        WorkflowConfig when !Covers(caller, entry) || TenantsOf(entry).Skip(1).Any() =>
            $"a workflow runs for one tenant: it must have one of the tags {string.Join(", ", caller.Scopes.Where(s => s.StartsWith(WorkflowTenant.Prefix, StringComparison.Ordinal)).DefaultIfEmpty("tenant:NAME"))}, and none of another tenant",
        // The address of every run that waits would be his.
        RouteConfig { WorkflowCalls: true } => "workflow_calls takes the calls of everybody's runs: only somebody without limits may have such a route",
        RouteConfig route when TenantsOf(entry).Any() && tree.All(Routes).FirstOrDefault(r => r.Id != entry.Id && Foreign(caller, r) && Overlap(route, (RouteConfig)r.Record)) is not null =>
            "another tenant has a route for these paths and hosts, or for some of them",
        _ => null,
    };

    private static IEnumerable<string> TenantsOf(ConfigurationObject entry) => entry.Tags.Where(t => t.StartsWith(WorkflowTenant.Prefix, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);

    private static bool Foreign(Caller caller, ConfigurationObject route) => TenantsOf(route).Any() && !caller.Covers(route.Tags);

    /// <summary>Whether some request could be meant for both. What cannot be compared, such as two expressions, counts as if it could.</summary>
    private static bool Overlap(RouteConfig one, RouteConfig other) =>
        AnyPair(one.Hosts, other.Hosts, HostsMeet) && AnyPair(one.Snis, other.Snis, HostsMeet) && AnyPair(one.Paths, other.Paths, PathsMeet);

    private static bool AnyPair(IReadOnlyList<string>? some, IReadOnlyList<string>? others, Func<string, string, bool> meet) =>
        some is not { Count: > 0 } || others is not { Count: > 0 } || some.Any(a => others.Any(b => meet(a, b)));

    private static bool HostsMeet(string a, string b)
    {
        (a, b) = (Name(a), Name(b));
        if (!a.Contains('*', StringComparison.Ordinal) && !b.Contains('*', StringComparison.Ordinal)) return string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
        // One star, at the beginning or at the end: what stands before it and behind it has to fit.
        var (aStart, aEnd) = Parts(a);
        var (bStart, bEnd) = Parts(b);
        return (aStart.StartsWith(bStart, StringComparison.OrdinalIgnoreCase) || bStart.StartsWith(aStart, StringComparison.OrdinalIgnoreCase))
            && (aEnd.EndsWith(bEnd, StringComparison.OrdinalIgnoreCase) || bEnd.EndsWith(aEnd, StringComparison.OrdinalIgnoreCase));

        static string Name(string host) => host.LastIndexOf(':') is > 0 and var port && !host.EndsWith(']') ? host[..port] : host;
        static (string Start, string End) Parts(string host) => host.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star ? (host[..star], host[(star + 1)..]) : (host, host);
    }

    /// <summary>A path takes everything below it; of a regular expression, what it begins with counts.</summary>
    private static bool PathsMeet(string a, string b)
    {
        (a, b) = (Fixed(a), Fixed(b));
        return a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);

        static string Fixed(string path)
        {
            if (!path.StartsWith('~')) return path;
            var text = path.AsSpan(1).TrimStart('^');
            // Alternatives begin anywhere, also with nothing.
            if (text.Contains('|')) return "";
            var end = text.IndexOfAny("\\.[](){}*+?$^");
            // The sign before a quantifier may be absent.
            if (end > 0 && text[end] is '*' or '?' or '{') end--;
            return (end < 0 ? text : text[..end]).ToString();
        }
    }
}
