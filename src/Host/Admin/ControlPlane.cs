using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi;
using Sluice.Control.Connections;
using Sluice.Control.Identity;
using Sluice.Control.KongAdmin;
using Sluice.Control.Nodes;
using Sluice.Control.Usage;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Host.Running;
using Sluice.Host.Settings;

namespace Sluice.Host.Admin;

/// <summary>What an operator touches, on one database: accounts, the audit log, the nodes. The traffic needs none of it.</summary>
internal sealed class ControlPlane : IDisposable
{
    private readonly RunSettings settings;
    private readonly Database database;
    private readonly AuditLog audit;
    private readonly Accounts accounts;
    private readonly AdminGuard guard;
    private readonly NodeRegister nodes;
    private readonly TimeProvider time;
    private ConnectionsApi? connections;

    /// <param name="settings">What the program was told.</param>
    /// <param name="database">The database of <paramref name="settings"/>; not disposed of.</param>
    /// <param name="report">What this node says of itself to the others.</param>
    /// <param name="logs">Told of what goes wrong in the background.</param>
    /// <param name="time">The clock.</param>
    public ControlPlane(RunSettings settings, Database database, Func<NodeReport> report, ILoggerFactory logs, TimeProvider time)
    {
        this.time = time;
        this.settings = settings;
        this.database = database;
        audit = new AuditLog(database, time);
        accounts = new Accounts(database, time, logs);
        guard = new AdminGuard(accounts, new RequestAudit(audit, settings.AuditRetention, time, logs), settings.AdminGuard);
        nodes = new NodeRegister(database, Self(), report, time, logs.CreateLogger("Sluice.Nodes"));
    }

    /// <summary>What goes on in the background, until told to stop.</summary>
    public Task RunAsync(CancellationToken stop) => nodes.RunAsync(stop);

    /// <summary>Tells the other nodes at once that this one serves another release.</summary>
    public void ReleaseChanged() => nodes.Hurry();

    /// <summary>Puts the guard before everything that is mapped after it.</summary>
    public void Guard(IApplicationBuilder app) => app.Use(next => http => guard.InvokeAsync(http, next));

    /// <param name="routes">What is mapped behind the guard.</param>
    /// <param name="gateway">Whose configuration the APIs show and change.</param>
    public void Map(IEndpointRouteBuilder routes, RunningGateway gateway)
    {
        new ReleasesApi(gateway.Releases, gateway.File, gateway.Reading).Map(routes);
        new ConfigurationApi(gateway.Releases, gateway.Runtime, gateway.Workflows).Map(routes);
        (connections = new ConnectionsApi(gateway.Connections, audit, time)).Map(routes);
        new UsageApi(gateway.Usage).Map(routes);
        routes.MapIdentity(accounts);
        routes.MapAudit(audit);
        routes.MapNodes(nodes, time);
    }

    /// <summary>Kong's Admin API, which answers whatever nothing else does.</summary>
    public RequestDelegate Kong(RunningGateway gateway) => new KongAdminApi(
        gateway.Releases,
        () => gateway.Snapshot,
        new NodeFacts(gateway.Runtime.NodeId, SluiceVersion.Current, !settings.StoresReleases ? "off" : database.Kind == DatabaseKind.Postgres ? "postgres" : "sqlite", FlavorOf(settings.Gateway.RouterFlavor)),
        time).HandleAsync;

    /// <summary>What a person who starts the gateway should know, one sentence each.</summary>
    /// <param name="adminUrls">Where the admin listener really listens.</param>
    public async Task<IReadOnlyList<string>> NotesAsync(IEnumerable<string> adminUrls)
    {
        if (settings.AdminGuard.Access == AdminAccess.Off && settings.Admin.Any(IsOpenToOthers))
            return ["--admin-auth off: whoever reaches the admin listener may change everything"];
        try
        {
            return await SetupLinkAsync(adminUrls) is { } link ? [$"nobody has an account; for {SetupLinks.Lifetime.TotalMinutes:0} minutes {link} makes the first"] : [];
        }
        catch (DatabaseException problem)
        {
            return [$"nobody can sign in yet: {problem.Message}"];
        }
    }

    /// <summary>The address with which the first administrator is made; null where somebody has an account, or nobody needs one.</summary>
    private async Task<string?> SetupLinkAsync(IEnumerable<string> adminUrls)
    {
        if (!NeedsUsers() || await accounts.CreateSetupTokenAsync() is not { } token) return null;
        var url = new UriBuilder(adminUrls.First());
        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            url.Host = Environment.MachineName;
        return $"{url.Uri.GetLeftPart(UriPartial.Authority)}/setup?token={token}";
    }

    public void Dispose()
    {
        nodes.Dispose();
        connections?.Dispose();
        accounts.Dispose();
        audit.Dispose();
    }

    private Node Self() => new()
    {
        Id = GatewayNode.Id,
        Host = Environment.MachineName,
        Version = SluiceVersion.Current,
        Roles = settings.Roles,
        StartedAt = time.GetUtcNow(),
    };

    private static string FlavorOf(RouterFlavor flavor) => flavor == RouterFlavor.Expressions ? "expressions" : "traditional_compatible";

    private bool NeedsUsers() => settings.AdminGuard.Access switch
    {
        AdminAccess.Off => false,
        AdminAccess.On => settings.Admin.Count > 0,
        _ => settings.Admin.Any(IsOpenToOthers),
    };

    private static bool IsOpenToOthers(ListenAddress listen) => listen.EndPoint is IPEndPoint address && !IPAddress.IsLoopback(address.Address);
}
