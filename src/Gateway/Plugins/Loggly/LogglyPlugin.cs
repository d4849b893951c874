using System.Globalization;
using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Loggly;

/// <summary>Sends an entry per exchange to Loggly, as a syslog datagram (RFC 5424).</summary>
internal sealed class LogglyPlugin : LogPlugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<LogglyPlugin, LogglyConfig>((config, setup) => new(config, setup))
    {
        Name = "loggly",
        Summary = "Sends a JSON entry per request to Loggly, over syslog.",
    };

    /// <summary>The number of Kong's facility, "user", times 8.</summary>
    private const int Facility = 8;

    private readonly BatchQueue queue;
    private readonly Severity severity;
    private readonly TimeProvider time;
    private readonly string head;

    public LogglyPlugin(LogglyConfig config, PluginSetup setup)
        : base(new CustomFields(config.CustomFieldsByLua, "loggly", setup.Log), setup.Time)
    {
        time = setup.Time;
        severity = new Severity(config.LogLevel, config.SuccessfulSeverity, config.ClientErrorsSeverity, config.ServerErrorsSeverity);
        var tags = string.Join(' ', config.Tags.Select(t => $"tag=\"{t}\""));
        head = $"{Environment.MachineName} kong - - [{config.Key}@41058 {tags}] ";
        queue = DatagramQueue.Open("loggly", config.Host, config.Port, setup);
    }

    protected override void Write(Exchange exchange, ReadOnlySpan<byte> entry)
    {
        if (severity.Of(exchange) is not { } level) return;
        var now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        queue.Add([.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{Facility + level}>1 {now} {head}")), .. entry]);
    }
}
