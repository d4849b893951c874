using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.Epoll;

/// <summary>Loops on epoll: any Linux.</summary>
internal sealed class EpollTransport(int loops, ILogger log) : LoopTransport(loops, (index, pool) => new EpollLoop(index, pool, log))
{
    public override TransportKind Kind => TransportKind.Epoll;
}
