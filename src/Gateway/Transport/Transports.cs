using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport.Epoll;
using Sluice.Gateway.Transport.IoUring;
using Sluice.Gateway.Transport.Sockets;

namespace Sluice.Gateway.Transport;

/// <summary>Makes the transport that was asked for, or the best that works here.</summary>
public static partial class Transports
{
    /// <param name="kind">What to use; <see cref="TransportKind.Auto"/> falls back step by step and logs why.</param>
    /// <param name="loops">How many event loops; 0 for one per core that this process may use.</param>
    /// <param name="logs">Where the choice is explained.</param>
    /// <exception cref="PlatformNotSupportedException">The kind that was asked for does not work here; the message says why.</exception>
    public static Transport Create(TransportKind kind, int loops, ILoggerFactory logs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(loops);
        var log = logs.CreateLogger("Sluice.Transport");
        var count = loops == 0 ? Environment.ProcessorCount : loops;
        var transport = kind switch
        {
            TransportKind.Auto => CreateBest(count, logs, log),
            TransportKind.Epoll => OperatingSystem.IsLinux() ? new EpollTransport(count, log) : throw new PlatformNotSupportedException("The epoll transport needs Linux."),
            TransportKind.IoUring => OperatingSystem.IsLinux() ? new IoUringTransport(count, log) : throw new PlatformNotSupportedException("The io_uring transport needs Linux."),
            TransportKind.Sockets => new SocketsTransport(logs),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        LogChosen(log, transport.Kind, transport.Loops.Count);
        return transport;
    }

    private static Transport CreateBest(int count, ILoggerFactory logs, ILogger log)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return new IoUringTransport(count, log);
            }
            catch (PlatformNotSupportedException reason)
            {
                LogFallback(log, TransportKind.Epoll, reason.Message);
                return new EpollTransport(count, log);
            }
        }

        LogFallback(log, TransportKind.Sockets, "event loops need Linux");
        return new SocketsTransport(logs);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Transport: {Kind}; event loops: {Loops}.")]
    private static partial void LogChosen(ILogger log, TransportKind kind, int loops);

    [LoggerMessage(Level = LogLevel.Information, Message = "Falling back to the transport {Kind}: {Reason}.")]
    private static partial void LogFallback(ILogger log, TransportKind kind, string reason);
}
