using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.Sockets;

/// <summary>
/// The framework's listeners, with a memory pool of ours. Made outside of the framework's own container they offer Kestrel the array pool,
/// which hands out empty buffers when no size is asked for: answers then fail.
/// </summary>
internal sealed class SocketsListenerFactory(ILoggerFactory logs) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly BlockPool pool = new();

    // Inline: without it each read costs a change of threads, which is most of what the framework's transport is slower by.
    private readonly SocketTransportFactory inner =
        new(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), logs);

    public bool CanBind(EndPoint endpoint) => inner.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await inner.BindAsync(endpoint, cancellationToken), pool);

    private sealed class Listener(IConnectionListener inner, BlockPool pool) : IConnectionListener, IMemoryPoolFeature
    {
        public EndPoint EndPoint => inner.EndPoint;

        public MemoryPool<byte> MemoryPool => pool;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await inner.AcceptAsync(cancellationToken);
            connection?.Features.Set<IMemoryPoolFeature>(this);
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
