using System.Net;

namespace Sluice.Gateway.Upstreams;

/// <summary>How one try of a request ended, as health checks, circuit breakers and load measures see it.</summary>
public enum TryOutcome
{
    /// <summary>The head of an answer came, and the body to its end.</summary>
    Answered,

    /// <summary>No connection was to be had.</summary>
    ConnectFailed,

    /// <summary>The endpoint was silent for too long.</summary>
    TimedOut,

    /// <summary>The connection broke, or what came over it was no answer.</summary>
    Broken,

    /// <summary>The client went away first.</summary>
    ClientGone,

    /// <summary>The gateway gave up for a reason of its own or the client's (a request that cannot be sent on): it says nothing of the endpoint.</summary>
    Abandoned,
}

/// <summary>One address of a service after balancing and discovery. Shared by all snapshots that have it; all members are safe from any thread.</summary>
public abstract class Endpoint
{
    /// <summary>The name it was configured with, for Host and SNI: a host name or the address itself.</summary>
    public abstract string Host { get; }

    public abstract int Port { get; }

    /// <summary>Where to connect to.</summary>
    public abstract IPEndPoint Address { get; }

    /// <summary>A stable key for connection pools and metrics: <c>10.0.0.7:8080</c>.</summary>
    public abstract string Key { get; }

    /// <summary>The Host sent upstream when neither the route nor the upstream says otherwise: the name, with the port where it is not the scheme's own.</summary>
    public abstract string HostHeader { get; }

    /// <summary>Whether it is chosen at all just now.</summary>
    public abstract bool IsHealthy { get; }

    /// <summary>Requests under way.</summary>
    public abstract int InFlight { get; }

    /// <summary>A try begins.</summary>
    public abstract void Begin();

    /// <summary>A try ended: lowers <see cref="InFlight"/>, feeds passive health checks, latency and slow start.</summary>
    /// <param name="status">The answer's status; 0 when there was none.</param>
    /// <param name="elapsed">From the choice to the head of the answer (or the failure).</param>
    public abstract void End(TryOutcome outcome, int status, TimeSpan elapsed);
}
