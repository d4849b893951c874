using System.Globalization;
using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Syslog;

/// <summary>Writes an entry per exchange to the system's log.</summary>
internal sealed class SyslogPlugin : LogPlugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<SyslogPlugin, SyslogConfig>((config, setup) => new(config, setup, "/dev/log"))
        {
            Name = "syslog",
            Summary = "Writes a JSON entry per request to the system's log.",
        };

    /// <summary>In the order of their numbers (RFC 5424, table 1), as far as the system's C library has them.</summary>
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private readonly BatchQueue queue;
    private readonly Severity severity;
    private readonly TimeProvider time;
    private readonly int facility;

    public SyslogPlugin(SyslogConfig config, PluginSetup setup, string path)
        : base(new CustomFields(config.CustomFieldsByLua, "syslog", setup.Log), setup.Time)
    {
        time = setup.Time;
        severity = new Severity(config.LogLevel, config.SuccessfulSeverity, config.ClientErrorsSeverity, config.ServerErrorsSeverity);
        facility = Array.IndexOf(Facilities, config.Facility) * 8;
        queue = setup.Shared.Get(("syslog", path), setup.Snapshot.Lease, () =>
        {
            var socket = new SyslogSocket(path);
            var settings = new BatchQueueSettings { MaxRetryTime = TimeSpan.FromSeconds(-1) };
            return new BatchQueue("syslog", settings, (batch, cancel) => socket.SendAsync(batch[0], cancel), setup.Time, setup.Log) { Target = socket };
        });
    }

    /// <summary>The form that the C library's <c>syslog()</c> writes.</summary>
    protected override void Write(Exchange exchange, ReadOnlySpan<byte> entry)
    {
        if (severity.Of(exchange) is not { } level) return;
        var now = time.GetLocalNow();
        var head = string.Create(CultureInfo.InvariantCulture, $"<{facility + level}>{now:MMM} {now.Day,2} {now:HH:mm:ss} kong[{Environment.ProcessId}]: ");
        queue.Add([.. Encoding.ASCII.GetBytes(head), .. entry]);
    }
}
