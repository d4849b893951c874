using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>What Kestrel binds its addresses with. Kinds of address that are not ours are left to the framework's own transports.</summary>
internal sealed class LoopListenerFactory(IReadOnlyList<LoopThread> loops) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        LoopListener.BindAsync(endpoint, loops);
}
