using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.IoUring;

/// <summary>Loops on io_uring: Linux 6.1 or newer, where it is allowed.</summary>
/// <exception cref="PlatformNotSupportedException">It does not work here; the message is the reason.</exception>
internal sealed class IoUringTransport(int loops, ILogger log) : LoopTransport(loops, (index, pool) => new IoUringLoop(index, pool, log))
{
    public override TransportKind Kind => TransportKind.IoUring;
}
