using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>Queues whose entries are datagrams; shared by middleware of one plugin with the same target.</summary>
internal static class DatagramQueue
{
    /// <summary>Datagrams may get lost anyway, so that one that cannot be sent is not tried again.</summary>
    private static readonly BatchQueueSettings Settings = new() { MaxRetryTime = TimeSpan.FromSeconds(-1) };

    public static BatchQueue Open(string plugin, string host, int port, PluginSetup setup) =>
        setup.Shared.Get((plugin, host, port), setup.Snapshot.Lease, () =>
        {
            var sender = new DatagramSender(host, port, setup.Time);
            return new BatchQueue(plugin, Settings, (batch, cancel) => sender.SendAsync(batch[0], cancel), setup.Time, setup.Log) { Target = sender };
        });
}
