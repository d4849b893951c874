using Sluice.Control.Identity;
using Sluice.Control.Nodes;
using Sluice.Foundation.Storage;

namespace Sluice.Host.Settings;

/// <summary>The settings of what an operator touches: where it is stored, who may touch it, what this node takes part in.</summary>
internal static class ControlSettingsReader
{
    /// <summary>Where <c>--data</c> points when nobody says.</summary>
    public const string DataFolder = "data";

    /// <exception cref="Commands.UsageException">It is no address of a database.</exception>
    public static DatabaseAddress Database(SettingSources sources)
    {
        if (sources.Find("--database") is not { } found) return DatabaseAddress.File(Path.Combine(sources.Text(DataFolder, "--data"), "sluice.db"));
        try
        {
            return DatabaseAddress.Parse(found.Value);
        }
        catch (FormatException problem)
        {
            // The value may hold a password: it is not repeated.
            throw new Commands.UsageException($"{found.Origin}: {problem.Message}");
        }
    }

    public static AdminGuardSettings Guard(SettingSources sources) => new()
    {
        Access = sources.Find("--admin-auth") switch
        {
            null or { Value: "loopback" } => AdminAccess.Loopback,
            { Value: "on" } => AdminAccess.On,
            { Value: "off" } => AdminAccess.Off,
            { } other => other.Refuse<AdminAccess>("loopback, on or off"),
        },
        Hosts = sources.List("--admin-hosts"),
    };

    public static TimeSpan? AuditRetention(SettingSources sources) =>
        sources.Number(365, 0, 36500, "--audit-retention") is var days and > 0 ? TimeSpan.FromDays(days) : null;

    public static NodeRoles Roles(SettingSources sources)
    {
        if (sources.Find("--roles") is not { } found) return NodeRoles.All;
        var roles = NodeRoles.None;
        foreach (var name in found.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            roles |= name switch
            {
                "gateway" => NodeRoles.Gateway,
                "admin" => NodeRoles.Admin,
                "worker" => NodeRoles.Worker,
                _ => found.Refuse<NodeRoles>("a list of gateway, admin and worker"),
            };
        return roles == NodeRoles.None ? found.Refuse<NodeRoles>("a list of gateway, admin and worker") : roles;
    }
}
