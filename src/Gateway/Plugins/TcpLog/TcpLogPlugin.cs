using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.TcpLog;

/// <summary>Sends an entry per exchange to a TCP server.</summary>
internal sealed class TcpLogPlugin : LogPlugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<TcpLogPlugin, TcpLogConfig>((config, setup) => new(config, setup))
    {
        Name = "tcp-log",
        Summary = "Sends a JSON line per request to a TCP or TLS server.",
    };

    // What waits goes out together; nothing waits for more of it.
    private static readonly BatchQueueSettings Settings = new() { MaxBatchSize = 100, MaxCoalescingDelay = TimeSpan.Zero };

    private readonly BatchQueue queue;

    public TcpLogPlugin(TcpLogConfig config, PluginSetup setup)
        : base(new CustomFields(config.CustomFieldsByLua, "tcp-log", setup.Log), setup.Time)
    {
        var target = new StreamSenderSettings
        {
            Host = config.Host,
            Port = config.Port,
            Timeout = Milliseconds(config.Timeout),
            KeepAlive = Milliseconds(config.Keepalive),
            Tls = config.Tls,
            ServerName = config.TlsSni,
        };
        queue = setup.Shared.Get(("tcp-log", target), setup.Snapshot.Lease, () => Open(target, setup));
    }

    protected override void Write(Exchange exchange, ReadOnlySpan<byte> entry) => queue.Add(entry);

    private static BatchQueue Open(StreamSenderSettings target, PluginSetup setup)
    {
        var sender = new StreamSender(target, setup.Time);
        return new BatchQueue("tcp-log", Settings, (batch, cancel) => sender.SendAsync(Lines(batch), cancel), setup.Time, setup.Log) { Target = sender };
    }

    private static byte[] Lines(IReadOnlyList<byte[]> batch)
    {
        var lines = new byte[batch.Sum(b => b.Length + 1)];
        var at = 0;
        foreach (var entry in batch)
        {
            entry.CopyTo(lines, at);
            at += entry.Length;
            lines[at++] = (byte)'\n';
        }

        return lines;
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue));
}
