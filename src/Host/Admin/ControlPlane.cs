using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Listeners;
using Sluice.Host.Settings;

namespace Sluice.Host.Admin;

/// <summary>What an operator touches, on one database: accounts and the audit log. The traffic needs none of it.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private readonly RunSettings settings;
    private readonly Database database;
    private readonly AuditLog audit;
    private readonly Accounts accounts;
    private readonly AdminGuard guard;

    public ControlPlane(RunSettings settings, ILoggerFactory logs, TimeProvider time)
    {
        this.settings = settings;
        database = new Database(settings.Database);
        audit = new AuditLog(database, time);
        accounts = new Accounts(database, time, logs);
        guard = new AdminGuard(accounts, new RequestAudit(audit, time, logs), settings.AdminGuard);
    }

    /// <summary>Puts the guard before everything that is mapped after it.</summary>
    public void Guard(IApplicationBuilder app) => app.Use(next => http => guard.InvokeAsync(http, next));

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapIdentity(accounts);
        routes.MapAudit(audit);
    }

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

    public async ValueTask DisposeAsync()
    {
        accounts.Dispose();
        audit.Dispose();
        await database.DisposeAsync();
    }

    private bool NeedsUsers() => settings.AdminGuard.Access switch
    {
        AdminAccess.Off => false,
        AdminAccess.On => settings.Admin.Count > 0,
        _ => settings.Admin.Any(IsOpenToOthers),
    };

    private static bool IsOpenToOthers(ListenAddress listen) => listen.EndPoint is IPEndPoint address && !IPAddress.IsLoopback(address.Address);
}
