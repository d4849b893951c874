using Sluice.Control.Identity;
using Sluice.Control.Nodes;
using Sluice.Control.Releases;
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
        if (sources.Find("--database") is not { } found)
            return sources.Find("--data") is null && IsKongs(sources) ? OfKong(sources) : DatabaseAddress.File(Path.Combine(sources.Text(DataFolder, "--data"), "sluice.db"));
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

    /// <summary>Whether the configuration is kept in the database: when somebody asked for one. A gateway that is only given a file runs from it.</summary>
    public static bool StoresReleases(SettingSources sources) => sources.Find("--database") is not null || sources.Find("--data") is not null || IsKongs(sources);

    public static FileLead Lead(SettingSources sources) => sources.Find("--lead") switch
    {
        null or { Value: "file" } => FileLead.File,
        { Value: "api" } => FileLead.Api,
        { } other => other.Refuse<FileLead>("file or api"),
    };

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

    public static TimeSpan? UsageRetention(SettingSources sources) =>
        sources.Number(400, 0, 36500, "--usage-retention") is var days and > 0 ? TimeSpan.FromDays(days) : null;

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

    private static bool IsKongs(SettingSources sources) => sources.Find(null, "database") is { Value: "postgres" };

    /// <summary>Kong's <c>pg_</c> settings, with its defaults.</summary>
    private static DatabaseAddress OfKong(SettingSources sources)
    {
        var verify = sources.Switch(false, null, "pg_ssl_verify") ? "verify-full" : "require";
        var server = $"{sources.Text("127.0.0.1", null, "pg_host")}:{sources.Number(5432, 1, 65535, null, "pg_port")}";
        var user = $"{Uri.EscapeDataString(sources.Text("kong", null, "pg_user"))}:{Uri.EscapeDataString(sources.Text("", null, "pg_password"))}";
        var name = Uri.EscapeDataString(sources.Text("kong", null, "pg_database"));
        return DatabaseAddress.Parse($"postgres://{user}@{server}/{name}{(sources.Switch(false, null, "pg_ssl") ? $"?sslmode={verify}" : "")}");
    }
}
