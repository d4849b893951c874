using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.UdpLog;

/// <summary>Sends an entry per exchange to a UDP server.</summary>
internal sealed class UdpLogPlugin : LogPlugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<UdpLogPlugin, UdpLogConfig>((config, setup) => new(config, setup))
    {
        Name = "udp-log",
        Summary = "Sends a JSON datagram per request to a UDP server.",
    };

    private readonly BatchQueue queue;

    public UdpLogPlugin(UdpLogConfig config, PluginSetup setup)
        : base(new CustomFields(config.CustomFieldsByLua, "udp-log", setup.Log), setup.Time) =>
        queue = DatagramQueue.Open("udp-log", config.Host, config.Port, setup);

    protected override void Write(Exchange exchange, ReadOnlySpan<byte> entry) => queue.Add(entry);
}
