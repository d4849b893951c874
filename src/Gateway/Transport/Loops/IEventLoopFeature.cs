namespace Sluice.Gateway.Transport;

/// <summary>
/// A connection feature: the loop that carries the connection. Code that runs for it elsewhere (HTTP/2 streams start on the thread pool)
/// comes to the loop with <see cref="EventLoop.SwitchTo"/>.
/// </summary>
public interface IEventLoopFeature
{
    EventLoop Loop { get; }
}
