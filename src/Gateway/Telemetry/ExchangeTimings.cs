using System.Diagnostics;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// When things happened to an exchange and how much was moved: <see cref="Stopwatch"/> ticks, 0 for what did not happen.
/// </summary>
public struct ExchangeTimings
{
    /// <summary>The head of the request had been read.</summary>
    public long Started;

    /// <summary>The request was about to be sent upstream (the first try).</summary>
    public long UpstreamStarted;

    /// <summary>The head of the upstream's answer had been read.</summary>
    public long UpstreamAnswered;

    /// <summary>The last byte of the upstream's answer had been read.</summary>
    public long UpstreamEnded;

    /// <summary>The head of the response was handed over for sending.</summary>
    public long Responded;

    /// <summary>The exchange was over.</summary>
    public long Ended;

    /// <summary>How many tries were made.</summary>
    public int Tries;

    /// <summary>Bytes of the request's body as sent upstream; 0 for what was answered here.</summary>
    public long RequestBytes;

    /// <summary>Bytes of the response's body as sent to the client.</summary>
    public long ResponseBytes;
}
