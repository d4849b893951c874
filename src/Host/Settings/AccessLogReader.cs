using Sluice.Gateway.Snapshot;

namespace Sluice.Host.Settings;

/// <summary><c>--access-log</c> and Kong's <c>proxy_access_log</c>: off, standard output, or a file.</summary>
internal static class AccessLogReader
{
    /// <param name="notes">Told where Kong's setting asks for what is not done here.</param>
    /// <returns>As <see cref="GatewaySettings.AccessLog"/> has it.</returns>
    public static string? Target(SettingSources sources, List<string> notes)
    {
        if (sources.Find("--access-log") is { } own) return Named(own.Value.Trim());
        if (sources.Find(null, "proxy_access_log") is not { } kong) return null;

        // nginx: a path and, after it, the name of a format; ours has one format.
        var words = kong.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is not [var target, ..]) return null;
        if (words.Length > 1) notes.Add($"{kong.Origin}: the access log is written as JSON lines, not in the format '{string.Join(' ', words[1..])}'");
        if (!target.StartsWith("syslog:", StringComparison.Ordinal)) return Named(target);
        notes.Add($"{kong.Origin}: no access log is written, because Sluice does not send to syslog; name a file or /dev/stdout");
        return null;
    }

    public static AccessLogQuery Query(SettingSources sources) => sources.Find("--access-log-query") switch
    {
        null or { Value: "off" } => AccessLogQuery.Off,
        { Value: "names" } => AccessLogQuery.Names,
        { Value: "full" } => AccessLogQuery.Full,
        { } other => other.Refuse<AccessLogQuery>("off, names or full"),
    };

    private static string? Named(string target) => target switch
    {
        "off" or "/dev/null" => null,
        "stdout" or "/dev/stdout" => "stdout",
        _ => target,
    };
}
