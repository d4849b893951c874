using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Transport;

namespace Sluice.Acceptance.Harness;

/// <summary>The transports that work on this machine, for tests that hold on each of them.</summary>
public sealed class TransportKinds : TheoryData<string>
{
    private static readonly bool HasIoUring = Works(TransportKind.IoUring);

    public TransportKinds()
    {
        Add("epoll");
        Add("sockets");
        if (HasIoUring) Add("io_uring");
    }

    private static bool Works(TransportKind kind)
    {
        try
        {
            _ = Transports.Create(kind, 1, NullLoggerFactory.Instance).DisposeAsync().AsTask();
            return true;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }
}
